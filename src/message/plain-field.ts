// The value of a header or an argument as people and handlers read it: plain for what is plain, JSON as in the record for
// lists and tables.
import { isList, typed, type Field } from "./fields.ts";

/** The value without its type: `5` for int 5, base64 for bytes. */
export function plainField(field: Field): string {
  if (isList(field)) return JSON.stringify(field);
  const [type, value] = typed(field);
  switch (type) {
    case "table":
      return JSON.stringify(value);
    case "decimal":
      return plainDecimal(value.digits, value.places);
    case "null":
      return "null";
    default:
      return String(value);
  }
}

/** The type's name where the value alone does not tell it; empty for text, bool, null, int32, lists and tables. */
export function fieldType(field: Field): string {
  if (isList(field)) return "";
  const [type] = typed(field);
  return ["text", "bool", "null", "int32", "table"].includes(type) ? "" : type;
}

function plainDecimal(digits: number, places: number): string {
  const padded = String(digits).padStart(places + 1, "0");
  return places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}
