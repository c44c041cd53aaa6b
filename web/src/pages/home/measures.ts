import { HomeMeasure } from '@/gen/leadlight/conversation/v1/home_pb';
import type { Format } from '@/components/format';

const PERCENT: ReadonlySet<HomeMeasure> = new Set([
  HomeMeasure.TALK_PERCENT,
  HomeMeasure.LISTEN_PERCENT,
  HomeMeasure.POSITIVE_PERCENT,
  HomeMeasure.NEUTRAL_PERCENT,
  HomeMeasure.NEGATIVE_PERCENT,
]);
const SECONDS: ReadonlySet<HomeMeasure> = new Set([
  HomeMeasure.PAUSE_BEFORE_SPEAKING_S,
  HomeMeasure.CUSTOMER_MONOLOGUE_S,
]);
const HOURS: ReadonlySet<HomeMeasure> = new Set([
  HomeMeasure.EMAIL_HOURS,
  HomeMeasure.CALL_HOURS,
  HomeMeasure.MEETING_HOURS,
]);

/** Key of a measure's name in the page's messages. */
export const measureKey = (measure: HomeMeasure): string => `measure.${HomeMeasure[measure]}`;

/** A measure's number with its unit. */
export function measureText(format: Format, measure: HomeMeasure, value: number | undefined): string {
  if (value === undefined) return format.number(undefined);
  if (PERCENT.has(measure)) return format.percent(value / 100, 1);
  if (SECONDS.has(measure)) return `${format.number(value, 1)} s`;
  if (HOURS.has(measure)) return `${format.number(value, 2)} h`;
  return format.number(value);
}
