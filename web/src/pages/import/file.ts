import Papa from 'papaparse';

/** A CSV file as it was read: names of its columns, and its rows as texts in their order. */
export interface Sheet {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the reader stumbled over, by row from 1; such rows are kept as far as they could be read. */
  readonly problems: readonly { readonly row: number; readonly message: string }[];
}

/** Reads a CSV file with a header in whatever delimiter it has, in a worker's time slices.
 *
 * @param onProgress takes the share that is read, 0 to 1.
 * @throws Error for a file without a header or with a column that is there twice.
 */
export async function readSheet(file: File, onProgress: (share: number) => void): Promise<Sheet> {
  const rows: string[][] = [];
  const problems: { row: number; message: string }[] = [];
  await new Promise<void>((resolve, reject) => {
    Papa.parse<string[]>(file, {
      skipEmptyLines: 'greedy',
      chunk: ({ data, errors, meta }) => {
        for (const { row, message, type } of errors)
          // A file of one column has no delimiter to find.
          if (type !== 'Delimiter') problems.push({ row: rows.length + (row ?? 0), message });
        for (const row of data) rows.push(row);
        onProgress(file.size === 0 ? 1 : Math.min(1, meta.cursor / file.size));
      },
      complete: () => resolve(),
      error: reject,
    });
  });
  const [header = [], ...body] = rows;
  const columns = header.map((name) => name.replace(/^\uFEFF/, '').trim());
  if (columns.every((name) => name === '')) throw new SheetError('empty');
  const twice = columns.find((name, place) => columns.indexOf(name) !== place);
  if (twice !== undefined) throw new SheetError('twice', twice);
  return { name: file.name, columns, rows: body, problems };
}

/** Why a file is no table: a key of the page's messages, and the column it is about. */
export class SheetError extends Error {
  constructor(
    readonly key: 'empty' | 'twice',
    readonly column = '',
  ) {
    super(key);
  }
}

/** The values of a column, in the order of rows; blank where a row is too short. */
export function valuesOf(sheet: Sheet, column: string): string[] {
  const place = sheet.columns.indexOf(column);
  return sheet.rows.map((row) => row[place]?.trim() ?? '');
}

/** Values as numbers, null for blanks; null if one is no number. */
export function numbersOf(values: readonly string[]): (number | null)[] | null {
  const numbers = values.map((value) => (value === '' ? null : Number(value)));
  return numbers.every((value) => value === null || Number.isFinite(value)) ? numbers : null;
}
