import { useMutation, useQuery } from '@connectrpc/connect-query';
import { ActionIcon, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '@/components/Page';
import { PagedTable, useTokenPages, type Column } from '@/components/PagedTable';
import { EmptyState, ErrorState, Loaded } from '@/components/States';
import { TrackerKind, type Tracker } from '@/gen/leadlight/conversation/v1/tracker_pb';
import { TrackerService } from '@/gen/leadlight/conversation/v1/tracker_service_pb';
import { TrackerForm } from './TrackerForm';

type Open =
  { readonly form: 'new' } | { readonly form: 'change' | 'delete'; readonly tracker: Tracker } | undefined;

/** What calls are listened to for: keywords and competitors with their phrases. */
export default function TrackersPage() {
  const { t } = useTranslation('trackers');
  const [open, setOpen] = useState<Open>();
  const pages = useTokenPages('trackers');
  const query = useQuery(
    TrackerService.method.listTrackers,
    { pageToken: pages.pageToken },
    { placeholderData: (previous) => previous },
  );
  const close = () => setOpen(undefined);
  const columns: Column<Tracker>[] = [
    { key: 'id', title: t('column.id'), cell: ({ id }) => <Text fw={500}>{id}</Text> },
    { key: 'kind', title: t('column.kind'), cell: ({ kind }) => t(`kind.${TrackerKind[kind]}`) },
    { key: 'phrases', title: t('column.phrases'), cell: ({ phrases }) => phrases.join(', ') },
    { key: 'team', title: t('column.team'), wideOnly: true, cell: ({ team }) => team || t('everyTeam') },
    {
      key: 'actions',
      title: t('column.actions'),
      align: 'right',
      cell: (tracker) => (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <ActionIcon
            variant="subtle"
            aria-label={t('change', { id: tracker.id })}
            onClick={() => setOpen({ form: 'change', tracker })}
          >
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t('delete', { id: tracker.id })}
            onClick={() => setOpen({ form: 'delete', tracker })}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </Group>
      ),
    },
  ];
  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      aside={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen({ form: 'new' })}>
          {t('new')}
        </Button>
      }
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
      <Modal
        opened={open !== undefined && open.form !== 'delete'}
        onClose={close}
        title={open?.form === 'change' ? t('change', { id: open.tracker.id }) : t('new')}
        closeButtonProps={{ 'aria-label': t('form.cancel') }}
      >
        <TrackerForm tracker={open?.form === 'change' ? open.tracker : undefined} onDone={close} />
      </Modal>
      <Modal
        opened={open?.form === 'delete'}
        onClose={close}
        title={t('deletion.do')}
        closeButtonProps={{ 'aria-label': t('form.cancel') }}
      >
        {open?.form === 'delete' && <Deletion id={open.tracker.id} onDone={close} />}
      </Modal>
    </Page>
  );
}

function Deletion({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const { t } = useTranslation('trackers');
  const queries = useQueryClient();
  const removal = useMutation(TrackerService.method.deleteTracker, {
    onSuccess: async () => {
      await queries.invalidateQueries();
      onDone();
    },
  });
  return (
    <Stack>
      <Text fw={600}>{t('delete', { id })}</Text>
      <Text size="sm">{t('deletion.what')}</Text>
      {removal.error && <ErrorState error={removal.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          {t('form.cancel')}
        </Button>
        <Button
          color="red"
          loading={removal.isPending}
          onClick={() => removal.mutate({ id, allowMissing: true })}
        >
          {t('deletion.do')}
        </Button>
      </Group>
    </Stack>
  );
}
