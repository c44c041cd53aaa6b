import type { Sheet } from './file';
import type { Mapping } from './mapping';

/** What each purpose's part of the page is given. */
export interface Work {
  readonly sheet: Sheet;
  readonly mapping: Mapping;
  /** The mapping will not do yet. */
  readonly disabled: boolean;
}
