import { Anchor, Group, NativeSelect, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@connectrpc/connect-query';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { EmptyState, Loaded, UnavailableParts } from '@/components/States';
import { Page } from '@/components/Page';
import { useTokenPages } from '@/components/PagedTable';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { InsightService } from '@/gen/leadlight/gateway/v1/insight_service_pb';
import { Grade } from '@/gen/leadlight/scoring/v1/grade_pb';
import { RecordOrder } from '@/gen/leadlight/scoring/v1/record_pb';
import { Trend } from '@/gen/leadlight/scoring/v1/score_pb';
import { Link } from 'react-router';
import { Found } from './Found';
import { ScoredTable } from './ScoredTable';

const PAGE_SIZE = 50;
const SHORTEST_SEARCH = 2;
const GRADES = [Grade.A, Grade.B, Grade.C, Grade.D] as const;
const ORDERS = [
  RecordOrder.SCORE_DESC,
  RecordOrder.SCORE_ASC,
  RecordOrder.EXPECTED_VALUE_DESC,
  RecordOrder.EXPECTED_VALUE_ASC,
  RecordOrder.CREATE_TIME_DESC,
  RecordOrder.CREATE_TIME_ASC,
] as const;
const TRENDS = [Trend.IMPROVING, Trend.STEADY, Trend.DECLINING, Trend.NOT_ENOUGH_INFO] as const;

/** What of the scored records is asked for; its fields are those of scoring's ListRecordsRequest. */
export interface Wanted {
  readonly kind: RecordKind;
  readonly grades: Grade[];
  readonly trend: Trend;
  readonly orderBy: RecordOrder;
  readonly includeClosed: boolean;
}

/** Scored leads or opportunities: the list that a seller works through. */
export default function LeadsPage() {
  const { t } = useTranslation('leads');
  const kind = useLocation().pathname === '/opportunities' ? RecordKind.OPPORTUNITY : RecordKind.LEAD;
  const name = kind === RecordKind.LEAD ? 'leads' : 'opportunities';
  const [chosen, setChosen] = useState({
    grade: Grade.UNSPECIFIED as Grade,
    trend: Trend.UNSPECIFIED as Trend,
    orderBy: RecordOrder.SCORE_DESC as RecordOrder,
    includeClosed: false,
  });
  const [typed, setTyped] = useState('');
  const [searched] = useDebouncedValue(typed.trim(), 300);
  const wanted: Wanted = {
    kind,
    grades: chosen.grade === Grade.UNSPECIFIED ? [] : [chosen.grade],
    trend: chosen.trend,
    orderBy: chosen.orderBy,
    includeClosed: chosen.includeClosed,
  };
  return (
    <Page title={t(`title.${name}`)} subtitle={t(`subtitle.${name}`)}>
      <Group gap="sm" align="flex-end" role="search" aria-label={t('filter.label')}>
        <TextInput
          label={t('filter.search')}
          placeholder={t('filter.searchHint')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          type="search"
          miw={220}
        />
        <NativeSelect
          label={t('filter.grade')}
          value={String(chosen.grade)}
          onChange={({ currentTarget }) => setChosen({ ...chosen, grade: Number(currentTarget.value) })}
          data={[
            { value: '0', label: t('filter.all') },
            ...GRADES.map((grade) => ({ value: String(grade), label: Grade[grade] })),
          ]}
        />
        <NativeSelect
          label={t('filter.trend')}
          value={String(chosen.trend)}
          onChange={({ currentTarget }) => setChosen({ ...chosen, trend: Number(currentTarget.value) })}
          data={[
            { value: '0', label: t('filter.all') },
            ...TRENDS.map((trend) => ({ value: String(trend), label: t(`trends.${Trend[trend]}`) })),
          ]}
        />
        <NativeSelect
          label={t('filter.order')}
          value={String(chosen.orderBy)}
          onChange={({ currentTarget }) => setChosen({ ...chosen, orderBy: Number(currentTarget.value) })}
          data={ORDERS.map((order) => ({ value: String(order), label: t(`order.${RecordOrder[order]}`) }))}
        />
        <Switch
          label={t('filter.closed')}
          checked={chosen.includeClosed}
          onChange={({ currentTarget }) => setChosen({ ...chosen, includeClosed: currentTarget.checked })}
          mb={6}
        />
      </Group>
      {searched.length >= SHORTEST_SEARCH ? (
        <Found wanted={wanted} text={searched} />
      ) : (
        <Listed wanted={wanted} name={name} />
      )}
    </Page>
  );
}

function Listed({ wanted, name }: { readonly wanted: Wanted; readonly name: string }) {
  const { t } = useTranslation('leads');
  const pages = useTokenPages(JSON.stringify(wanted));
  const query = useQuery(
    InsightService.method.listScoredRecords,
    { scored: { ...wanted, pageSize: PAGE_SIZE, pageToken: pages.pageToken } },
    { placeholderData: (previous) => previous },
  );
  const isFiltered = wanted.grades.length > 0 || wanted.trend !== Trend.UNSPECIFIED;
  return (
    <Loaded query={query}>
      {({ records, nextPageToken, unavailable }) => (
        <Stack gap="sm" aria-busy={query.isPlaceholderData}>
          <UnavailableParts parts={unavailable} />
          {records.length === 0 ? (
            <EmptyState title={t(isFiltered ? 'empty.filtered' : `empty.${name}`)}>
              {!isFiltered && (
                <Text size="sm">
                  {t('empty.how')}{' '}
                  <Anchor component={Link} to="/import">
                    {t('empty.import')}
                  </Anchor>
                </Text>
              )}
            </EmptyState>
          ) : (
            <ScoredTable
              caption={t(`title.${name}`)}
              records={records}
              pages={pages}
              nextPageToken={nextPageToken}
            />
          )}
        </Stack>
      )}
    </Loaded>
  );
}
