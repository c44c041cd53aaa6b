// The most that a service gives at once.
const PAGE_SIZE = 1000;

/** What all pages of a list hold, one after the other.
 *
 * @param fetchPage asks for one page.
 * @param itemsOf what of its answer is wanted.
 */
export async function everyPage<P extends { readonly nextPageToken: string }, T>(
  fetchPage: (wanted: { readonly pageSize: number; readonly pageToken: string }) => Promise<P>,
  itemsOf: (page: P) => readonly T[],
): Promise<T[]> {
  const found: T[] = [];
  let pageToken = '';
  do {
    const page = await fetchPage({ pageSize: PAGE_SIZE, pageToken });
    found.push(...itemsOf(page));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return found;
}
