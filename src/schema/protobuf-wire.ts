/**
 * The protobuf wire format, both ways: varints and length-delimited fields, which is all that Kubernetes' messages use
 * besides the fixed64 of `double`. Source: protobuf.dev "Encoding".
 */

export type WireValue =
  | { is: 'varint'; value: bigint }
  | { is: 'bytes'; value: Uint8Array }
  | { is: 'fixed64'; value: number };

export interface WireField {
  number: number;
  value: WireValue;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

export const utf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

/** A 64-bit varint at `at`. @throws RangeError when the bytes end early or the number has more than ten bytes. */
function varint(bytes: Uint8Array, at: number): { value: bigint; next: number } {
  let value = 0n;
  for (let index = at; index < at + 10; index++) {
    const byte = bytes[index];
    if (byte === undefined) throw new RangeError('unexpected EOF');
    value |= BigInt(byte & 0x7f) << BigInt(7 * (index - at));
    if (byte < 0x80) return { value: BigInt.asIntN(64, value), next: index + 1 };
  }
  throw new RangeError('proto: integer overflow');
}

function slice(bytes: Uint8Array, from: number, length: number): Uint8Array {
  if (length < 0 || from + length > bytes.length) throw new RangeError('unexpected EOF');
  return bytes.subarray(from, from + length);
}

function valueAt(bytes: Uint8Array, at: number, wireType: number): { value: WireValue; next: number } {
  if (wireType === 0) {
    const { value, next } = varint(bytes, at);
    return { value: { is: 'varint', value }, next };
  }
  if (wireType === 1) {
    const eight = slice(bytes, at, 8);
    return {
      value: { is: 'fixed64', value: new DataView(eight.buffer, eight.byteOffset).getFloat64(0, true) },
      next: at + 8,
    };
  }
  if (wireType !== 2) throw new RangeError(`proto: illegal wireType ${wireType}`);
  const { value: length, next } = varint(bytes, at);
  const value = slice(bytes, next, Number(length));
  return { value: { is: 'bytes', value }, next: next + value.length };
}

/**
 * The fields of one message in wire order. @throws RangeError in gogo/protobuf's words when the bytes are not a
 * message.
 */
export function readMessage(bytes: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    const number = Number(tag.value >> 3n);
    if (number <= 0 || number > 0x1fffffff)
      throw new RangeError(`proto: illegal tag ${number} (wire type ${tag.value})`);
    const { value, next } = valueAt(bytes, tag.next, Number(tag.value & 7n));
    fields.push({ number, value });
    at = next;
  }
  return fields;
}

/** A message under construction: a list of byte runs. */
export type Chunk = Uint8Array;

function varintBytes(value: bigint): number[] {
  const rest = BigInt.asUintN(64, value);
  return rest < 0x80n ? [Number(rest)] : [Number(rest & 0x7fn) | 0x80, ...varintBytes(rest >> 7n)];
}

export function joinChunks(chunks: readonly Chunk[]): Chunk {
  const joined = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  chunks.reduce((at, chunk) => {
    joined.set(chunk, at);
    return at + chunk.length;
  }, 0);
  return joined;
}

/** A varint field: integers and booleans. */
export function numberField(number: number, value: number | bigint | boolean): Chunk {
  return Uint8Array.from([...varintBytes(BigInt(number) << 3n), ...varintBytes(BigInt(value))]);
}

/** A length-delimited field: a text, bytes, or an embedded message given by its chunks. */
export function bytesField(number: number, value: string | Uint8Array | readonly Chunk[]): Chunk {
  const bytes =
    typeof value === 'string' ? encoder.encode(value) : value instanceof Uint8Array ? value : joinChunks(value);
  const head = Uint8Array.from([...varintBytes((BigInt(number) << 3n) | 2n), ...varintBytes(BigInt(bytes.length))]);
  return joinChunks([head, bytes]);
}
