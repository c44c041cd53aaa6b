import { useQuery } from '@connectrpc/connect-query';
import { Alert, Group, List, NativeSelect } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '@/components/Page';
import { useRelationshipRecords } from '@/components/relationshipRecords';
import { EmptyState, Loaded } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import type { Pipeline } from '@/gen/leadlight/relationship/v1/deal_pb';
import { DealService } from '@/gen/leadlight/relationship/v1/deal_service_pb';
import { Bubbles } from './Bubbles';
import { Deals } from './Deals';
import { dealsOf, within, type Deal } from './deals';

const DAYS = [30, 90, 180] as const;

/** The open deals by when they may close, how the relationship is doing, and what they may bring. */
export default function PipelinePage() {
  const { t } = useTranslation('pipeline');
  const pipeline = useQuery(DealService.method.getPipeline, {});
  const records = useRelationshipRecords(RecordKind.OPPORTUNITY);
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Loaded query={pipeline}>
        {(answer) => (
          <Loaded query={records}>
            {(known) => <Shown pipeline={answer} deals={dealsOf(answer.deals, known)} />}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function Shown({ pipeline, deals }: { readonly pipeline: Pipeline; readonly deals: readonly Deal[] }) {
  const { t } = useTranslation('pipeline');
  const [owner, setOwner] = useState('');
  const [days, setDays] = useState('');
  const owners = useMemo(() => [...new Set(deals.map((deal) => deal.owner).filter(Boolean))].sort(), [deals]);
  const shown = useMemo(
    () => within(deals, owner, days === '' ? undefined : Number(days)),
    [deals, owner, days],
  );
  const left = (['withoutDateCount', 'pastDateCount', 'withoutHealthCount'] as const).filter(
    (name) => pipeline[name] > 0,
  );
  return (
    <>
      <Group role="search" aria-label={t('filter.label')}>
        <NativeSelect
          label={t('filter.owner')}
          value={owner}
          onChange={({ currentTarget }) => setOwner(currentTarget.value)}
          data={[{ value: '', label: t('filter.all') }, ...owners]}
        />
        <NativeSelect
          label={t('filter.closes')}
          value={days}
          onChange={({ currentTarget }) => setDays(currentTarget.value)}
          data={[
            { value: '', label: t('filter.ever') },
            ...DAYS.map((count) => ({ value: String(count), label: t('filter.days', { count }) })),
          ]}
        />
      </Group>
      {shown.length === 0 ? (
        <EmptyState title={t(deals.length === 0 ? 'empty.none' : 'empty.filtered')}>
          {deals.length === 0 && t('empty.why')}
        </EmptyState>
      ) : (
        <>
          <Bubbles deals={shown} />
          <Deals deals={shown} />
        </>
      )}
      {left.length > 0 && (
        <Alert
          color="gray"
          variant="light"
          icon={<IconInfoCircle aria-hidden />}
          title={t('left.title')}
          role="note"
        >
          <List size="sm">
            {left.map((name) => (
              <List.Item key={name}>{t(`left.${name}`, { count: pipeline[name] })}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}
