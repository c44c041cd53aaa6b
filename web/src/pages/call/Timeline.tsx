import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from 'echarts';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chart } from '@/components/Chart';
import { clock } from '@/components/clock';
import { useFormat } from '@/components/format';
import { Tone, type Analysis } from '@/gen/leadlight/conversation/v1/analysis_pb';
import type { Call } from '@/gen/leadlight/conversation/v1/call_pb';
import { isSeller, speakerName } from './speakers';
import type { Mark, MarkKind } from './text';

const ROW_PX = 30;
const SENTIMENT_PX = 90;
const TOP_PX = 8;
const AXIS_PX = 34;
const ZOOM_PX = 44;
const SELLER_COLOUR = '#7950f2';
const TONE_COLOURS: Partial<Record<Tone, string>> = {
  [Tone.POSITIVE]: '#2f9e44',
  [Tone.NEUTRAL]: '#868e96',
  [Tone.NEGATIVE]: '#e03131',
};
const MARKED = ['keyword', 'competitor', 'commitment'] as const satisfies readonly MarkKind[];
const SYMBOLS = { keyword: 'circle', competitor: 'diamond', commitment: 'triangle' } as const;

interface Props {
  readonly call: Call;
  readonly analysis: Analysis | undefined;
  readonly marks: readonly Mark[];
  readonly onJump: (turn: number) => void;
}

/** Who spoke when, what was found when, and how the customer sounded; a click leads to the turn. */
export function Timeline({ call, analysis, marks, onJump }: Props) {
  const { t } = useTranslation('call');
  const format = useFormat();
  const drawn = useMemo(() => drawnOf(call, analysis, marks), [call, analysis, marks]);
  const { spans, points, sentiment, rows, speakers, isTimed } = drawn;
  const place = useCallback(
    (value: number) => (isTimed ? clock(value) : `#${Math.floor(value) + 1}`),
    [isTimed],
  );
  const rowsPx = rows.length * ROW_PX;
  const option = useMemo(() => {
    const names = rows.map((row) => speakers.get(row) ?? t(`mark.${row as MarkKind}`));
    const axis = {
      type: 'value',
      min: 0,
      max: drawn.end,
      axisLabel: { formatter: place, hideOverlap: true },
    };
    return {
      grid: [
        { left: 120, right: 16, top: TOP_PX, height: rowsPx },
        { left: 120, right: 16, top: TOP_PX + rowsPx + AXIS_PX, height: SENTIMENT_PX },
      ],
      xAxis: [
        { ...axis, gridIndex: 0 },
        { ...axis, gridIndex: 1, axisLabel: { show: false } },
      ],
      yAxis: [
        {
          type: 'category',
          gridIndex: 0,
          inverse: true,
          data: names,
          axisLabel: { width: 108, overflow: 'truncate' },
          splitLine: { show: true },
        },
        {
          type: 'value',
          gridIndex: 1,
          min: -1,
          max: 1,
          interval: 1,
          name: t('timeline.sentiment'),
          nameLocation: 'middle',
          nameGap: 40,
        },
      ],
      dataZoom: [{ type: 'slider', xAxisIndex: [0, 1], height: 20, bottom: 8, labelFormatter: place }],
      tooltip: { trigger: 'item', formatter: textOf, confine: true },
      series: [
        {
          type: 'custom',
          renderItem: drawSpan,
          encode: { x: [0, 1], y: 2 },
          data: spans.map(({ start, end, row, colour, turn }) => ({
            name: `${place(start)} ${speakerName(call, call.turns[turn]?.participant ?? '')}`,
            value: [start, end, row],
            itemStyle: { color: colour },
          })),
        },
        ...MARKED.map((kind) => ({
          type: 'scatter',
          symbol: SYMBOLS[kind],
          symbolSize: 13,
          data: points[kind].map(({ at, row, label }) => ({
            name: `${place(at)} ${label}`,
            value: [at, row],
          })),
        })),
        {
          type: 'line',
          xAxisIndex: 1,
          yAxisIndex: 1,
          symbolSize: 7,
          areaStyle: { opacity: 0.15 },
          data: sentiment.map(({ at, score, tone }) => ({
            name: `${place(at)} ${t(`tone.${Tone[tone]}`)} ${format.number(score, 2)}`,
            value: [at, score],
            itemStyle: { color: TONE_COLOURS[tone] },
          })),
        },
      ],
    };
  }, [call, drawn, spans, points, sentiment, rows, speakers, rowsPx, place, format, t]);
  const jump = useCallback(
    ({ seriesIndex, dataIndex }: { seriesIndex: number; dataIndex: number }) => {
      const series = [spans, ...MARKED.map((kind) => points[kind]), sentiment][seriesIndex];
      const turn = series?.[dataIndex]?.turn;
      if (turn !== undefined) onJump(turn);
    },
    [spans, points, sentiment, onJump],
  );
  return (
    <Chart
      label={t('timeline.label')}
      option={option}
      height={TOP_PX + rowsPx + AXIS_PX + SENTIMENT_PX + ZOOM_PX}
      onItem={jump}
      table={{
        columns: [t('timeline.time'), t('timeline.speaker'), t('timeline.sentiment'), t('timeline.found')],
        rows: spans.map(({ start, turn, tone }) => [
          place(start),
          speakerName(call, call.turns[turn]?.participant ?? ''),
          tone ? t(`tone.${Tone[tone]}`) : '–',
          marks
            .filter((mark) => mark.turn === turn && mark.kind !== 'name')
            .map(({ label }) => label)
            .join(', ') || '–',
        ]),
      }}
    />
  );
}

/** What the chart draws. Where no turn has a time, turns stand one after the other. */
function drawnOf(call: Call, analysis: Analysis | undefined, marks: readonly Mark[]) {
  const isTimed = call.turns.some(({ startMs }) => startMs !== undefined);
  const tones = new Map(analysis?.turnSentiments.map((each) => [each.turn, each]));
  const speakers = new Map(
    call.turns.map(({ participant }) => [`speaker ${participant}`, speakerName(call, participant)]),
  );
  const kinds = MARKED.filter((kind) => marks.some((mark) => mark.kind === kind));
  const rows = [...speakers.keys(), ...kinds];
  const spans = call.turns.flatMap(({ participant, startMs, endMs }, turn) => {
    const start = isTimed ? startMs : turn;
    if (start === undefined) return [];
    const end = isTimed ? (endMs ?? start) : turn + 1;
    const tone = tones.get(turn)?.tone;
    const colour = isSeller(call, participant) ? SELLER_COLOUR : (TONE_COLOURS[tone ?? Tone.NEUTRAL] ?? '');
    return [{ turn, start, end, row: rows.indexOf(`speaker ${participant}`), tone, colour }];
  });
  const startOf = new Map(spans.map(({ turn, start }) => [turn, start]));
  const pointsOf = (kind: MarkKind) =>
    marks.flatMap((mark) => {
      const at = startOf.get(mark.turn);
      return mark.kind !== kind || at === undefined
        ? []
        : [{ turn: mark.turn, at, row: rows.indexOf(kind), label: mark.label }];
    });
  const sentiment = [...tones.values()].flatMap(({ turn, tone, score }) => {
    const at = startOf.get(turn);
    return at === undefined ? [] : [{ turn, at, score, tone }];
  });
  return {
    isTimed,
    rows,
    speakers,
    spans,
    points: {
      keyword: pointsOf('keyword'),
      competitor: pointsOf('competitor'),
      commitment: pointsOf('commitment'),
    },
    sentiment,
    end: Math.max(1, ...spans.map(({ end }) => end)),
  };
}

function drawSpan(_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) {
  const row = api.value(2);
  const [x = 0, y = 0] = api.coord([api.value(0), row]);
  const [end = 0] = api.coord([api.value(1), row]);
  const height = ROW_PX * 0.6;
  return {
    type: 'rect' as const,
    shape: { x, y: y - height / 2, width: Math.max(2, end - x), height, r: 2 },
    style: { fill: api.visual('color') },
  };
}

/** As an element, since a tooltip's string would be read as HTML, and people said it or are called it. */
function textOf({ name }: { name: string }): HTMLElement {
  const element = document.createElement('span');
  element.textContent = name;
  return element;
}
