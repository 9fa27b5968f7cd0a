// What a code cache is made for. Shared by the launcher, which uses a cache, and by the build, which makes it.

/** The program as V8 compiles it: Node's own wrapper, so that `require` and `module` are known. Line numbers stay. */
export function wrap(source: string): string {
  return `(function (exports, require, module, __filename, __dirname) { ${source}\n})`;
}

/**
 * The last bytes of a cache: this program, named by its first line, in this engine on this kind of machine. V8 itself
 * compares only its version and the length of the source, and would run old code for new.
 */
export function labelOf(source: string): string {
  const { versions, platform, arch } = process;
  return `${source.slice(0, source.indexOf("\n"))} ${versions.v8} ${platform} ${arch}`;
}
