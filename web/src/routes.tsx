import { IconChecklist, IconCoins, IconTargetArrow, type Icon } from '@tabler/icons-react';
import { lazy, type ComponentType } from 'react';
import type { Role } from '@/api/session';

/** Headings of the navigation, in order: what sellers do, what managers look at, what is set up. */
export const SECTIONS = ['work', 'team', 'setup'] as const;

/** A page of the dashboard. */
export interface Route {
  readonly path: string;
  /** Fetched when it is first shown. */
  readonly Page: ComponentType;
  /** Who may see it; everybody without. The services hold it once more. */
  readonly roles?: readonly Role[];
  /** Its place in the navigation; a page without is reached from another. */
  readonly nav?: {
    readonly section: (typeof SECTIONS)[number];
    /** Key of its name: the page's own message file has `nav`. */
    readonly label: string;
    readonly Icon: Icon;
  };
}

const Leads = lazy(() => import('./pages/leads/LeadsPage'));
const Worklist = lazy(() => import('./pages/worklist/WorklistPage'));
const Record = lazy(() => import('./pages/record/RecordPage'));

/** Every page, in the order of the navigation. The first one is where `/` leads to. */
export const ROUTES: readonly Route[] = [
  { path: '/leads', Page: Leads, nav: { section: 'work', label: 'leads:nav.leads', Icon: IconTargetArrow } },
  {
    path: '/opportunities',
    Page: Leads,
    nav: { section: 'work', label: 'leads:nav.opportunities', Icon: IconCoins },
  },
  {
    path: '/worklist',
    Page: Worklist,
    nav: { section: 'work', label: 'worklist:nav', Icon: IconChecklist },
  },
  { path: '/records/:kind/:id', Page: Record },
];
