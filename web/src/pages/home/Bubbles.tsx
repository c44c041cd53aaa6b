import { Box, Group, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { PagedTable, type Column } from '@/components/PagedTable';
import type { MentionFigures } from '@/gen/leadlight/conversation/v1/home_pb';
import classes from './Bubbles.module.css';
import { Change } from './FigureText';
import { packed } from './packing';
import { mentionPath } from './period';

const LARGEST_PX = 62;
const SMALLEST_PX = 18;
const CHARACTER_PX = 7;
const NARROW_PX = 420;

interface Props {
  /** What they are, such as "Keywords". */
  readonly title: string;
  readonly mentions: readonly MentionFigures[];
  /** The choice of period, team and seller for the links. */
  readonly search: string;
}

/** What is mentioned, each a bubble with an area as its mentions, leading to its calls; then the numbers. */
export function Bubbles({ title, mentions, search }: Props) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { ref, width } = useElementSize();
  const counts = useMemo(() => mentions.map(({ mentionCount }) => mentionCount?.value ?? 0), [mentions]);
  const heap = useMemo(() => heapOf(counts, width), [counts, width]);
  const columns: Column<MentionFigures>[] = [
    {
      key: 'name',
      title: t('topics.name'),
      cell: ({ kind, key, name, isNew }) => (
        <Group gap={6} wrap="nowrap">
          <Link to={mentionPath(kind, key, search)} className={classes.link}>
            {name}
          </Link>
          {isNew && (
            <Text size="xs" c="dimmed">
              {t('topics.new')}
            </Text>
          )}
        </Group>
      ),
    },
    {
      key: 'count',
      title: t('topics.count'),
      align: 'right',
      cell: ({ mentionCount }) => format.number(mentionCount?.value),
    },
    {
      key: 'share',
      title: t('topics.share'),
      align: 'right',
      cell: ({ callPercent }) => percentText(format.percent, callPercent?.value),
    },
    { key: 'trend', title: t('topics.trend'), cell: ({ callPercent }) => <Change figure={callPercent} /> },
  ];
  return (
    <div>
      <Box ref={ref}>
        {width > 0 && (
          <svg width={width} height={heap.height} viewBox={heap.box} role="group" aria-label={title}>
            {mentions.map(({ kind, key, name, mentionCount, callPercent }, index) => {
              const circle = heap.circles[index];
              if (!circle) return null;
              const room = Math.floor((2 * circle.r) / CHARACTER_PX);
              const label = t('topics.bubble', {
                name,
                count: mentionCount?.value ?? 0,
                share: percentText(format.percent, callPercent?.value),
              });
              return (
                <Link
                  key={key}
                  to={mentionPath(kind, key, search)}
                  aria-label={label}
                  className={classes.bubble}
                >
                  <title>{label}</title>
                  <circle cx={circle.x} cy={circle.y} r={circle.r} />
                  <text x={circle.x} y={circle.y} aria-hidden>
                    {shortened(name, room)}
                  </text>
                </Link>
              );
            })}
          </svg>
        )}
      </Box>
      <PagedTable caption={title} columns={columns} rows={mentions} rowKey={({ key }) => key} />
    </div>
  );
}

export const percentText = (
  percent: (value: number | undefined, decimals?: number) => string,
  value?: number,
) => percent(value === undefined ? undefined : value / 100, 1);

function heapOf(counts: readonly number[], width: number) {
  const most = Math.max(1, ...counts);
  const largest = width < NARROW_PX ? LARGEST_PX * 0.75 : LARGEST_PX;
  const circles = packed(
    counts.map((count) => Math.max(SMALLEST_PX, largest * Math.sqrt(count / most))),
    width < NARROW_PX ? 1 : 1.8,
  );
  const reach = Math.max(0, ...circles.map(({ y, r }) => Math.abs(y) + r)) + 2;
  // A heap that is wider than its place is drawn smaller rather than cut.
  const needed = Math.max(width, 2 * Math.max(0, ...circles.map(({ x, r }) => Math.abs(x) + r)) + 4);
  return {
    circles,
    height: (2 * reach * width) / Math.max(1, needed),
    box: `${-needed / 2} ${-reach} ${needed} ${2 * reach}`,
  };
}

function shortened(name: string, room: number): string {
  const letters = Array.from(name);
  return letters.length <= room ? name : letters.slice(0, Math.max(1, room - 1)).join('') + '…';
}
