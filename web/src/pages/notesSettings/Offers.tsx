import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { PagedTable, type Column } from '@/components/PagedTable';
import { ErrorState, Loaded } from '@/components/States';
import { NotesService } from '@/gen/leadlight/notes/v1/notes_service_pb';
import type { KindOffer } from '@/gen/leadlight/notes/v1/settings_pb';
import { SuggestionKind } from '@/gen/leadlight/notes/v1/suggestion_pb';

/** What was done with suggestions of each kind, what follows from it, and the way back to the beginning. */
export function Offers() {
  const { t } = useTranslation('notesSettings');
  const format = useFormat();
  const queries = useQueryClient();
  const query = useQuery(NotesService.method.getOfferSettings, {});
  const reset = useMutation(NotesService.method.resetOfferSettings, {
    onSuccess: () => queries.invalidateQueries(),
  });
  const columns: Column<KindOffer>[] = [
    { key: 'kind', title: t('offers.kind'), cell: ({ kind }) => t(`kind.${SuggestionKind[kind]}`) },
    {
      key: 'accepted',
      title: t('offers.accepted'),
      align: 'right',
      cell: ({ acceptedCount }) => format.number(Number(acceptedCount)),
    },
    {
      key: 'dismissed',
      title: t('offers.dismissed'),
      align: 'right',
      cell: ({ dismissedCount }) => format.number(Number(dismissedCount)),
    },
    {
      key: 'minimum',
      title: t('offers.minimum'),
      align: 'right',
      wideOnly: true,
      cell: ({ minimumConfidence }) =>
        minimumConfidence > 0 ? format.percent(minimumConfidence, 1) : t('offers.all'),
    },
    {
      key: 'reset',
      title: t('offers.since'),
      wideOnly: true,
      cell: ({ resetTime }) => format.date(resetTime),
    },
    {
      key: 'action',
      title: t('offers.action'),
      align: 'right',
      cell: ({ kind, acceptedCount, dismissedCount }) => (
        <Button
          size="compact-xs"
          variant="default"
          disabled={acceptedCount + dismissedCount === 0n}
          aria-label={t('offers.resetKind', { kind: t(`kind.${SuggestionKind[kind]}`) })}
          loading={reset.isPending && reset.variables.kinds?.includes(kind)}
          onClick={() => reset.mutate({ kinds: [kind] })}
        >
          {t('offers.reset')}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t('offers.title')}>
      <Text size="sm" c="dimmed">
        {t('offers.how')}
      </Text>
      {reset.error && <ErrorState error={reset.error} />}
      <Loaded query={query}>
        {({ kinds }) => (
          <PagedTable
            caption={t('offers.title')}
            columns={columns}
            rows={kinds}
            rowKey={({ kind }) => String(kind)}
          />
        )}
      </Loaded>
    </Section>
  );
}
