import { useQuery } from '@connectrpc/connect-query';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { clientOf } from '@/api/transport';
import { EditDialogs, NewButton, RowActions, useEditing } from '@/components/Editing';
import { Page } from '@/components/Page';
import { PagedTable, useTokenPages, type Column } from '@/components/PagedTable';
import { EmptyState, Loaded } from '@/components/States';
import { TrackerKind, type Tracker } from '@/gen/leadlight/conversation/v1/tracker_pb';
import { TrackerService } from '@/gen/leadlight/conversation/v1/tracker_service_pb';
import { TrackerForm } from './TrackerForm';

/** What calls are listened to for: keywords and competitors with their phrases. */
export default function TrackersPage() {
  const { t } = useTranslation('trackers');
  const editing = useEditing<Tracker>();
  const pages = useTokenPages('trackers');
  const query = useQuery(
    TrackerService.method.listTrackers,
    { pageToken: pages.pageToken },
    { placeholderData: (previous) => previous },
  );
  const columns: Column<Tracker>[] = [
    { key: 'id', title: t('column.id'), cell: ({ id }) => <Text fw={500}>{id}</Text> },
    { key: 'kind', title: t('column.kind'), cell: ({ kind }) => t(`kind.${TrackerKind[kind]}`) },
    { key: 'phrases', title: t('column.phrases'), cell: ({ phrases }) => phrases.join(', ') },
    { key: 'team', title: t('column.team'), wideOnly: true, cell: ({ team }) => team || t('everyTeam') },
    {
      key: 'actions',
      title: t('shell:table.actions'),
      align: 'right',
      cell: (tracker) => (
        <RowActions
          editing={editing}
          item={tracker}
          changeLabel={t('change', { id: tracker.id })}
          deleteLabel={t('delete', { id: tracker.id })}
        />
      ),
    },
  ];
  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      aside={<NewButton editing={editing}>{t('new')}</NewButton>}
    >
      <Loaded query={query}>
        {({ trackers, nextPageToken }) =>
          trackers.length === 0 && pages.number === 1 ? (
            <EmptyState title={t('empty.title')}>{t('empty.how')}</EmptyState>
          ) : (
            <PagedTable
              caption={t('title')}
              columns={columns}
              rows={trackers}
              rowKey={({ id }) => id}
              pages={pages}
              nextPageToken={nextPageToken}
            />
          )
        }
      </Loaded>
      <EditDialogs
        editing={editing}
        titleOf={(tracker) => (tracker ? t('change', { id: tracker.id }) : t('new'))}
        deleteTitleOf={({ id }) => t('delete', { id })}
        deletion={t('deletion')}
        onDelete={({ id }) => clientOf(TrackerService).deleteTracker({ id, allowMissing: true })}
      >
        {(tracker) => <TrackerForm tracker={tracker} onDone={editing.close} />}
      </EditDialogs>
    </Page>
  );
}
