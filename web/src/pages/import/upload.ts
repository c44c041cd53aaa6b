import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { Float64, makeData, makeVector, Table, tableToIPC, Utf8, type Vector } from 'apache-arrow';
import { currentSession } from '@/api/session';
import {
  DatasetSchema,
  UploadDatasetRequestSchema,
  type Dataset,
} from '@/gen/leadlight/scoring/v1/dataset_pb';
import { ModelService } from '@/gen/leadlight/scoring/v1/model_service_pb';
import { numbersOf, valuesOf, type Sheet } from './file';

const ROWS_PER_PIECE = 20_000;
const ENVELOPE_BYTES = 5;
const END_OF_STREAM = 2;

/** Uploads a table of closed records.
 *
 * It is a client stream, which connect-web leaves out since browsers send no body piece by piece; the whole of it as one
 * body of the Connect protocol is what the gateway takes all the same.
 */
export async function uploadDataset(
  sheet: Sheet,
  dataset: MessageInitShape<typeof DatasetSchema>,
): Promise<Dataset> {
  const pieces = [
    create(UploadDatasetRequestSchema, { part: { case: 'dataset', value: create(DatasetSchema, dataset) } }),
  ];
  for (const value of arrowPieces(sheet))
    pieces.push(create(UploadDatasetRequestSchema, { part: { case: 'arrowIpcStream', value } }));
  const { token } = currentSession();
  const answer = await fetch(`/${ModelService.typeName}/${ModelService.method.uploadDataset.name}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/connect+proto',
      'connect-protocol-version': '1',
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    body: new Blob(pieces.map((piece) => enveloped(toBinary(UploadDatasetRequestSchema, piece)))),
  });
  return datasetIn(new Uint8Array(await answer.arrayBuffer()), answer.status);
}

function arrowPieces(sheet: Sheet): Uint8Array[] {
  // A column's type is that of all its values, so that every piece has one schema.
  const columns = sheet.columns.map((name) => {
    const texts = valuesOf(sheet, name);
    return { name, texts, numbers: numbersOf(texts) };
  });
  const pieces = [];
  for (let from = 0; from < sheet.rows.length; from += ROWS_PER_PIECE) {
    const to = from + ROWS_PER_PIECE;
    const vectors: Record<string, Vector> = {};
    for (const { name, texts, numbers } of columns)
      vectors[name] = numbers ? numberVector(numbers.slice(from, to)) : textVector(texts.slice(from, to));
    pieces.push(tableToIPC(new Table(vectors), 'stream'));
  }
  return pieces;
}

// Arrow's own builders make functions out of strings, which the gateway's Content-Security-Policy forbids.

function numberVector(values: readonly (number | null)[]): Vector {
  return makeVector(
    makeData({
      type: new Float64(),
      data: Float64Array.from(values, (value) => value ?? 0),
      ...validity(values.map((value) => value !== null)),
    }),
  );
}

/** Blank texts are nulls. */
function textVector(values: readonly string[]): Vector {
  const encoder = new TextEncoder();
  const encoded = values.map((value) => encoder.encode(value));
  const valueOffsets = new Int32Array(values.length + 1);
  encoded.forEach(({ length }, place) => (valueOffsets[place + 1] = (valueOffsets[place] ?? 0) + length));
  const data = new Uint8Array(valueOffsets[values.length] ?? 0);
  encoded.forEach((bytes, place) => data.set(bytes, valueOffsets[place]));
  return makeVector(
    makeData({ type: new Utf8(), valueOffsets, data, ...validity(values.map((value) => value !== '')) }),
  );
}

/** What Arrow wants to know about nulls: a bit for each value, the lowest first. */
function validity(isThere: readonly boolean[]) {
  const nullBitmap = new Uint8Array(Math.ceil(isThere.length / 8));
  isThere.forEach((yes, place) => {
    if (yes) nullBitmap[place >> 3] = (nullBitmap[place >> 3] ?? 0) | (1 << (place & 7));
  });
  return { length: isThere.length, nullCount: isThere.filter((yes) => !yes).length, nullBitmap };
}

/** A message with the five bytes before it: flags and length. */
function enveloped(message: Uint8Array): Blob {
  const head = new DataView(new ArrayBuffer(ENVELOPE_BYTES));
  head.setUint32(1, message.length);
  return new Blob([head.buffer, message as Uint8Array<ArrayBuffer>]);
}

interface EndOfStream {
  readonly error?: { readonly code?: string; readonly message?: string };
}

function datasetIn(answer: Uint8Array, status: number): Dataset {
  let found: Dataset | undefined;
  for (let at = 0; at + ENVELOPE_BYTES <= answer.length;) {
    const view = new DataView(answer.buffer, answer.byteOffset + at);
    const size = view.getUint32(1);
    const body = answer.subarray(at + ENVELOPE_BYTES, at + ENVELOPE_BYTES + size);
    if (view.getUint8(0) & END_OF_STREAM) {
      const { error } = JSON.parse(new TextDecoder().decode(body)) as EndOfStream;
      if (error) throw new ConnectError(error.message ?? '', codeOf(error.code));
    } else {
      found = fromBinary(DatasetSchema, body);
    }
    at += ENVELOPE_BYTES + size;
  }
  if (!found) throw new ConnectError(`HTTP ${status}`, Code.Unavailable);
  return found;
}

/** "invalid_argument" as its number. */
function codeOf(name = ''): Code {
  const plain = name.replaceAll('_', '').toLowerCase();
  const found = Object.entries(Code).find(([key]) => key.toLowerCase() === plain);
  return typeof found?.[1] === 'number' ? found[1] : Code.Unknown;
}
