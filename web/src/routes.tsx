import {
  IconChartBubble,
  IconChartDots,
  IconArrowsExchange,
  IconChecklist,
  IconCoins,
  IconCopyCheck,
  IconEar,
  IconFileImport,
  IconHome,
  IconNotes,
  IconPhone,
  IconSettings,
  IconShieldLock,
  IconTargetArrow,
  type Icon,
} from '@tabler/icons-react';
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

const Import = lazy(() => import('./pages/import/ImportPage'));
const Leads = lazy(() => import('./pages/leads/LeadsPage'));
const Call = lazy(() => import('./pages/call/CallPage'));
const Calls = lazy(() => import('./pages/calls/CallsPage'));
const DuplicateRules = lazy(() => import('./pages/duplicateRules/DuplicateRulesPage'));
const FieldMappings = lazy(() => import('./pages/fieldMappings/FieldMappingsPage'));
const Home = lazy(() => import('./pages/home/HomePage'));
const Mention = lazy(() => import('./pages/home/MentionPage'));
const Model = lazy(() => import('./pages/models/ModelPage'));
const Models = lazy(() => import('./pages/models/ModelsPage'));
const NotesSettings = lazy(() => import('./pages/notesSettings/NotesSettingsPage'));
const Pipeline = lazy(() => import('./pages/pipeline/PipelinePage'));
const Qualification = lazy(() => import('./pages/qualification/QualificationPage'));
const Retention = lazy(() => import('./pages/retention/RetentionPage'));
const Seller = lazy(() => import('./pages/home/SellerPage'));
const Settings = lazy(() => import('./pages/settings/SettingsPage'));
const Trackers = lazy(() => import('./pages/trackers/TrackersPage'));
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
  {
    path: '/pipeline',
    Page: Pipeline,
    nav: { section: 'work', label: 'pipeline:nav', Icon: IconChartBubble },
  },
  { path: '/import', Page: Import, nav: { section: 'setup', label: 'import:nav', Icon: IconFileImport } },
  { path: '/models', Page: Models, nav: { section: 'setup', label: 'models:nav', Icon: IconChartDots } },
  { path: '/models/:id', Page: Model },
  { path: '/qualification/:id', Page: Qualification },
  {
    path: '/settings',
    Page: Settings,
    roles: ['manager', 'admin'],
    nav: { section: 'setup', label: 'settings:nav', Icon: IconSettings },
  },
  { path: '/calls', Page: Calls, nav: { section: 'work', label: 'calls:nav', Icon: IconPhone } },
  { path: '/calls/:id', Page: Call },
  { path: '/home', Page: Home, nav: { section: 'team', label: 'home:nav', Icon: IconHome } },
  { path: '/home/mentions/:kind/:key', Page: Mention },
  { path: '/home/sellers/:seller', Page: Seller },
  {
    path: '/settings/trackers',
    Page: Trackers,
    roles: ['manager', 'admin'],
    nav: { section: 'setup', label: 'trackers:nav', Icon: IconEar },
  },
  {
    path: '/settings/retention',
    Page: Retention,
    roles: ['manager', 'admin'],
    nav: { section: 'setup', label: 'retention:nav', Icon: IconShieldLock },
  },
  {
    path: '/settings/notes',
    Page: NotesSettings,
    roles: ['manager', 'admin'],
    nav: { section: 'setup', label: 'notesSettings:nav', Icon: IconNotes },
  },
  {
    path: '/settings/duplicates',
    Page: DuplicateRules,
    roles: ['manager', 'admin'],
    nav: { section: 'setup', label: 'duplicateRules:nav', Icon: IconCopyCheck },
  },
  {
    path: '/settings/mappings',
    Page: FieldMappings,
    roles: ['manager', 'admin'],
    nav: { section: 'setup', label: 'fieldMappings:nav', Icon: IconArrowsExchange },
  },
  { path: '/records/:kind/:id', Page: Record },
];
