import { useQuery } from '@connectrpc/connect-query';
import { Text } from '@mantine/core';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordRef } from '@/gen/leadlight/common/v1/record_pb';
import { ScoringService } from '@/gen/leadlight/scoring/v1/scoring_service_pb';
import type { Score } from '@/gen/leadlight/scoring/v1/score_pb';
import { Chart } from './Chart';
import { useFormat } from './format';
import { gradeLetter } from './ScoreBadge';
import { Loaded } from './States';

const MOST = 500;

/** A record's scores of the last 30 days as a line. */
export function ScoreHistory({ subject, height }: { readonly subject: RecordRef; readonly height?: number }) {
  const query = useQuery(ScoringService.method.listScores, { ref: subject, pageSize: MOST });
  return <Loaded query={query}>{({ scores }) => <Line scores={scores} height={height ?? 220} />}</Loaded>;
}

function Line({ scores, height }: { readonly scores: readonly Score[]; readonly height: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const points = useMemo(
    () =>
      scores
        .flatMap(({ scoreTime, score, grade }) =>
          scoreTime ? [{ time: timestampDate(scoreTime), score, grade }] : [],
        )
        .reverse(),
    [scores],
  );
  const option = useMemo(
    () => ({
      grid: { left: 36, right: 12, top: 12, bottom: 24 },
      xAxis: {
        type: 'time',
        // A day at least: the same date would stand there several times.
        minInterval: 86_400_000,
        axisLabel: {
          hideOverlap: true,
          formatter: (value: number) => format.date(new Date(value)),
          fontSize: 11,
        },
      },
      yAxis: { type: 'value', min: 0, max: 100, interval: 25 },
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => String(value) },
      series: [
        {
          type: 'line',
          step: 'end',
          symbolSize: 7,
          name: t('history.score'),
          data: points.map(({ time, score }) => [time, score]),
        },
      ],
    }),
    [points, format, t],
  );
  if (points.length === 0) return <Text size="sm">{t('history.none')}</Text>;
  return (
    <Chart
      label={t('history.label')}
      option={option}
      height={height}
      table={{
        columns: [t('history.time'), t('history.score'), t('history.grade')],
        rows: points.map(({ time, score, grade }) => [format.dateTime(time), score, gradeLetter(grade)]),
      }}
    />
  );
}
