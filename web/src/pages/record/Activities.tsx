import { useQuery } from '@connectrpc/connect-query';
import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { Loaded } from '@/components/States';
import type { Date as CalendarDate } from '@/gen/google/type/date_pb';
import type { RecordRef } from '@/gen/leadlight/common/v1/record_pb';
import { ActivityKind } from '@/gen/leadlight/relationship/v1/activity_pb';
import type { ActivitySeries } from '@/gen/leadlight/relationship/v1/insight_pb';
import { RelationshipService } from '@/gen/leadlight/relationship/v1/relationship_service_pb';

const WINDOW_DAYS = 60;
const DAY_MS = 86_400_000;
const KINDS = [
  ActivityKind.EMAIL,
  ActivityKind.MEETING,
  ActivityKind.PHONE_CALL,
  ActivityKind.TASK,
  ActivityKind.OTHER,
];

/** Activities per day over 60 days, by kind. */
export function Activities({ subject }: { readonly subject: RecordRef }) {
  const { t } = useTranslation('record');
  const query = useQuery(RelationshipService.method.getActivitySeries, {
    ref: subject,
    windowDays: WINDOW_DAYS,
  });
  return (
    <Section title={t('activities.title', { days: WINDOW_DAYS })}>
      <Loaded query={query}>
        {(series) =>
          series.days.length === 0 ? <Text size="sm">{t('activities.none')}</Text> : <Bars series={series} />
        }
      </Loaded>
    </Section>
  );
}

function Bars({ series }: { readonly series: ActivitySeries }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const days = useMemo(() => daysOf(series), [series]);
  const kinds = useMemo(() => KINDS.filter((kind) => days.some(({ counts }) => counts.has(kind))), [days]);
  const option = useMemo(
    () => ({
      grid: { left: 30, right: 8, top: 34, bottom: 24 },
      legend: { top: 0 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'category', data: days.map(({ day }) => format.date(day)) },
      yAxis: { type: 'value', minInterval: 1 },
      series: kinds.map((kind) => ({
        type: 'bar',
        stack: 'all',
        name: t(`activities.kind.${ActivityKind[kind]}`),
        data: days.map(({ counts }) => counts.get(kind) ?? 0),
      })),
    }),
    [days, kinds, format, t],
  );
  return (
    <>
      <Chart
        label={t('activities.label', { days: WINDOW_DAYS })}
        option={option}
        height={220}
        table={{
          columns: [t('activities.day'), ...kinds.map((kind) => t(`activities.kind.${ActivityKind[kind]}`))],
          rows: days
            .filter(({ counts }) => counts.size > 0)
            .map(({ day, counts }) => [format.date(day), ...kinds.map((kind) => counts.get(kind) ?? 0)]),
        }}
      />
      {series.silences.map((silence) => (
        <Text key={silence.days} size="sm" c="dimmed">
          {t('activities.silence', { days: silence.days })}
        </Text>
      ))}
    </>
  );
}

/** Every day of the window: the answer has those with activities alone. */
function daysOf({ days, firstDay, lastDay }: ActivitySeries) {
  const counted = new Map(
    days.map(({ day, kinds }) => [
      localMs(day),
      new Map(kinds.map((each) => [each.kind, Number(each.fromUsCount + each.fromCustomerCount)])),
    ]),
  );
  const found: { day: Date; counts: ReadonlyMap<ActivityKind, number> }[] = [];
  const last = localMs(lastDay);
  // Noon, so that a change of the clocks moves no day.
  for (let moment = localMs(firstDay); moment <= last; moment += DAY_MS) {
    const day = new Date(moment);
    found.push({
      day,
      counts:
        counted.get(localMs({ year: day.getFullYear(), month: day.getMonth() + 1, day: day.getDate() })) ??
        new Map(),
    });
  }
  return found;
}

const localMs = (day: Pick<CalendarDate, 'year' | 'month' | 'day'> | undefined): number =>
  day ? new Date(day.year, day.month - 1, day.day, 12).getTime() : 0;
