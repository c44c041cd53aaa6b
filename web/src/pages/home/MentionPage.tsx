import { useQuery } from '@connectrpc/connect-query';
import { Anchor, Group, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { Chart } from '@/components/Chart';
import { useFormat } from '@/components/format';
import { Page, Section } from '@/components/Page';
import { EmptyState, Loaded } from '@/components/States';
import { HomeMentionKind, type MentionPoint } from '@/gen/leadlight/conversation/v1/home_pb';
import { HomeService } from '@/gen/leadlight/conversation/v1/home_service_pb';
import { percentText } from './Bubbles';
import { Change, SampleSize } from './FigureText';
import { HomeCalls } from './HomeCalls';
import { dateOfDay, MENTION_KINDS, useChosen, useSpanText } from './period';
import { PeriodFilter } from './PeriodFilter';

/** A keyword, competitor or brand: how often it is mentioned over time, and in which calls. */
export default function MentionPage() {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { kind: word = '', key = '' } = useParams();
  const kind = MENTION_KINDS[word] ?? HomeMentionKind.UNSPECIFIED;
  const choice = useChosen();
  const { chosen, period, search } = choice;
  const query = useQuery(
    HomeService.method.getMentionDetails,
    { kind, key, period, team: chosen.team, seller: chosen.seller },
    { enabled: period !== undefined, placeholderData: (previous) => previous },
  );
  const span = useSpanText(query.data?.span);
  return (
    <Page
      title={query.data?.figures?.name ?? key}
      subtitle={[t(`kind.${word}`, { defaultValue: word }), span].filter(Boolean).join(' · ')}
      aside={
        <Anchor component={Link} to={`/home${search}`}>
          {t('back')}
        </Anchor>
      }
    >
      <PeriodFilter choice={choice} />
      {period === undefined ? (
        <EmptyState title={t('filter.needsDates')} />
      ) : (
        <>
          <Section title={t('mention.title')}>
            <Loaded query={query}>
              {({ figures, points }) => (
                <>
                  <Group gap="xl">
                    <div>
                      <Text size="sm" c="dimmed">
                        {t('topics.count')}
                      </Text>
                      <Text size="xl" fw={700}>
                        {format.number(figures?.mentionCount?.value)}
                      </Text>
                      <Change figure={figures?.mentionCount} />
                    </div>
                    <div>
                      <Text size="sm" c="dimmed">
                        {t('topics.share')}
                      </Text>
                      <Text size="xl" fw={700}>
                        {percentText(format.percent, figures?.callPercent?.value)}
                      </Text>
                      <Change figure={figures?.callPercent} />
                      <SampleSize figure={figures?.callPercent} />
                    </div>
                  </Group>
                  {points.length > 0 && <OverTime points={points} />}
                </>
              )}
            </Loaded>
          </Section>
          <HomeCalls
            period={period}
            team={chosen.team}
            seller={chosen.seller}
            mentionKind={kind}
            mentionKey={key}
          />
        </>
      )}
    </Page>
  );
}

function OverTime({ points }: { readonly points: readonly MentionPoint[] }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const rows = useMemo(
    () =>
      points.map(({ firstDay, mentionCount, callCount, conversationCount }) => ({
        day: format.date(dateOfDay(firstDay)),
        mentions: Number(mentionCount),
        calls: Number(callCount),
        all: Number(conversationCount),
      })),
    [points, format],
  );
  const option = useMemo(
    () => ({
      grid: { left: 40, right: 12, top: 40, bottom: 28 },
      legend: { top: 0 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'category', data: rows.map(({ day }) => day), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value', minInterval: 1 },
      series: (['mentions', 'calls', 'all'] as const).map((key) => ({
        type: key === 'all' ? 'line' : 'bar',
        name: t(`mention.${key}`),
        data: rows.map((row) => row[key]),
      })),
    }),
    [rows, t],
  );
  return (
    <Chart
      label={t('mention.label')}
      option={option}
      height={240}
      table={{
        columns: ['day', 'mentions', 'calls', 'all'].map((key) => t(`mention.${key}`)),
        rows: rows.map(({ day, mentions, calls, all }) => [day, mentions, calls, all]),
      }}
    />
  );
}
