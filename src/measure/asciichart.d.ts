// The part of asciichart that chart.ts uses; the package brings no types.
declare module "asciichart" {
  interface PlotConfig {
    readonly min?: number;
    readonly max?: number;
    /** The number of rows is one more. */
    readonly height?: number;
    /** Columns of the axis. */
    readonly offset?: number;
    readonly format?: (value: number) => string;
    readonly symbols?: readonly string[];
  }

  export function plot(series: readonly number[], config?: PlotConfig): string;
}
