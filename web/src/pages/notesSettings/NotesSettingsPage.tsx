import { useQuery } from '@connectrpc/connect-query';
import { useTranslation } from 'react-i18next';
import { Page } from '@/components/Page';
import { Loaded } from '@/components/States';
import { NotesService } from '@/gen/leadlight/notes/v1/notes_service_pb';
import type { NotesSettings } from '@/gen/leadlight/notes/v1/settings_pb';
import { Offers } from './Offers';
import { TimeWords } from './TimeWords';

/** What words of time mean in notes and calls, and how decisions move what is suggested. */
export default function NotesSettingsPage() {
  const { t } = useTranslation('notesSettings');
  const query = useQuery(NotesService.method.getNotesSettings, {});
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Loaded query={query}>{(settings) => <TimeWords key={keyOf(settings)} settings={settings} />}</Loaded>
      <Offers />
    </Page>
  );
}

/** The form begins anew with settings that somebody changed. */
const keyOf = ({ updateTime }: NotesSettings): string =>
  `${updateTime?.seconds ?? 0}.${updateTime?.nanos ?? 0}`;
