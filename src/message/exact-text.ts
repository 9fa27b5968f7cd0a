// Texts that may hold any bytes, such as routing keys, in headers: there a text is UTF-8, and other bytes are tagged.
import { isList, typed, type Field } from "./fields.ts";
import { decodeText, encodeText } from "./text.ts";

/** The field that holds such a text, as it would be received. */
export function textToField(text: string): Field {
  return text.isWellFormed() ? text : { string64: encodeText(text).toString("base64") };
}

/** The text in such a field; undefined when it holds something else. */
export function fieldToText(field: Field | undefined): string | undefined {
  if (field === undefined || isList(field)) return undefined;
  const [type, value] = typed(field);
  if (type === "text") return value;
  return type === "string64" ? decodeText(Buffer.from(value, "base64")) : undefined;
}
