import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay, useSession } from '@/api/session';
import { useFormat } from '@/components/format';
import { Page } from '@/components/Page';
import { PagedTable } from '@/components/PagedTable';
import { recordPath, refText } from '@/components/records';
import { EmptyState, ErrorState, Loaded, UnavailableParts } from '@/components/States';
import { WorklistReason, type WorklistItem } from '@/gen/leadlight/gateway/v1/worklist_pb';
import { WorklistService } from '@/gen/leadlight/gateway/v1/worklist_service_pb';

const DAY_MS = 86_400_000;

/** What a seller is to do next, the most pressing first. */
export default function WorklistPage() {
  const { t } = useTranslation('worklist');
  const { subject } = useSession();
  const maySeeOthers = useMay('manager', 'admin', 'service');
  const [typed, setTyped] = useState('');
  const [seller] = useDebouncedValue(typed.trim(), 300);
  const query = useQuery(WorklistService.method.getWorklist, { seller });
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      {maySeeOthers && (
        <TextInput
          label={t('seller')}
          placeholder={subject || t('sellerHint')}
          description={t('sellerWhy')}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          maw={360}
        />
      )}
      <Loaded query={query}>
        {({ items, unavailable }) => (
          <Stack gap="sm">
            <UnavailableParts parts={unavailable} />
            {items.length === 0 ? (
              <EmptyState title={t('nothing')} />
            ) : (
              <Items items={items} seller={seller} />
            )}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Items({ items, seller }: { readonly items: readonly WorklistItem[]; readonly seller: string }) {
  const { t } = useTranslation('worklist');
  const format = useFormat();
  const queries = useQueryClient();
  const settled = { onSuccess: () => queries.invalidateQueries() };
  const complete = useMutation(WorklistService.method.completeWorklistItem, settled);
  const snooze = useMutation(WorklistService.method.snoozeWorklistItem, settled);
  const error = complete.error ?? snooze.error;
  return (
    <>
      {error && <ErrorState error={error} />}
      <PagedTable
        caption={t('title')}
        rows={items}
        rowKey={({ id }) => id}
        columns={[
          {
            key: 'why',
            title: t('column.why'),
            cell: ({ reason }) => <Text size="sm">{t(`reason.${WorklistReason[reason]}`)}</Text>,
          },
          {
            key: 'record',
            title: t('column.record'),
            cell: ({ ref, displayName }) =>
              ref && (
                <Anchor component={Link} to={recordPath(ref)} size="sm">
                  {displayName || refText(ref)}
                </Anchor>
              ),
          },
          {
            key: 'what',
            title: t('column.what'),
            wideOnly: true,
            cell: ({ what }) => <Text size="sm">{what}</Text>,
          },
          { key: 'time', title: t('column.time'), wideOnly: true, cell: ({ time }) => format.date(time) },
          {
            key: 'act',
            title: t('column.act'),
            align: 'right',
            cell: (item) => {
              const label = item.what || item.displayName || item.id;
              return (
                <Group gap="xs" justify="flex-end" wrap="nowrap">
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('snoozeThis', { what: label })}
                    onClick={() =>
                      snooze.mutate({
                        id: item.id,
                        seller,
                        untilTime: timestampFromDate(new Date(Date.now() + DAY_MS)),
                      })
                    }
                  >
                    {t('snooze')}
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('doneThis', { what: label })}
                    onClick={() => complete.mutate({ id: item.id, seller })}
                  >
                    {t('done')}
                  </Button>
                </Group>
              );
            },
          },
        ]}
      />
    </>
  );
}
