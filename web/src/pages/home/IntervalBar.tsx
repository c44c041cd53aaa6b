import { Box } from '@mantine/core';
import type { Figure } from '@/gen/leadlight/conversation/v1/home_pb';
import classes from './IntervalBar.module.css';

interface Props {
  readonly figure: Figure | undefined;
  /** What the bar's full length stands for. */
  readonly most: number;
  readonly colour: 'best' | 'team';
}

/** A number as a bar with its confidence interval as a whisker; the number itself stands beside it as text. */
export function IntervalBar({ figure, most, colour }: Props) {
  const { value, interval } = figure ?? {};
  if (value === undefined) return null;
  const at = (place: number) => `${(100 * Math.min(Math.max(place, 0), most)) / most}%`;
  return (
    <Box component="svg" className={classes.frame} aria-hidden>
      <rect className={classes[colour]} x={0} y={3} height={10} width={at(value)} />
      {interval && (
        <>
          <line className={classes.whisker} x1={at(interval.low)} x2={at(interval.high)} y1={8} y2={8} />
          <line className={classes.whisker} x1={at(interval.low)} x2={at(interval.low)} y1={4} y2={12} />
          <line className={classes.whisker} x1={at(interval.high)} x2={at(interval.high)} y1={4} y2={12} />
        </>
      )}
    </Box>
  );
}

/** The largest of what bars that are compared have to show. */
export const mostOf = (...figures: (Figure | undefined)[]): number =>
  Math.max(...figures.map((figure) => Math.max(figure?.value ?? 0, figure?.interval?.high ?? 0))) || 1;
