import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useFormat } from '@/components/format';
import { DateSchema, type Date as CalendarDate } from '@/gen/google/type/date_pb';
import {
  HomeMentionKind,
  HomePeriodKind,
  HomePeriodSchema,
  type HomePeriod,
  type HomeSpan,
} from '@/gen/leadlight/conversation/v1/home_pb';

/** Periods by their word in addresses. */
export const PERIODS = {
  day: HomePeriodKind.LAST_24_HOURS,
  week: HomePeriodKind.LAST_7_DAYS,
  month: HomePeriodKind.THIS_MONTH,
  lastMonth: HomePeriodKind.LAST_MONTH,
  all: HomePeriodKind.ALL_TIME,
  own: HomePeriodKind.OWN_DATES,
} as const;
export type PeriodName = keyof typeof PERIODS;

/** Kinds of what is mentioned by their word in addresses. */
export const MENTION_KINDS: Readonly<Record<string, HomeMentionKind>> = {
  keyword: HomeMentionKind.KEYWORD,
  competitor: HomeMentionKind.COMPETITOR,
  brand: HomeMentionKind.BRAND,
};

export const mentionWord = (kind: HomeMentionKind): string =>
  Object.keys(MENTION_KINDS).find((word) => MENTION_KINDS[word] === kind) ?? '';

export const mentionPath = (kind: HomeMentionKind, key: string, search: string): string =>
  `/home/mentions/${mentionWord(kind)}/${encodeURIComponent(key)}${search}`;

export const sellerPath = (seller: string, search: string): string =>
  `/home/sellers/${encodeURIComponent(seller)}${search}`;

/** What of the calls is looked at. It stands in the address, so that a link leads to the same numbers. */
export interface Chosen {
  readonly name: PeriodName;
  readonly from: string;
  readonly to: string;
  readonly team: string;
  readonly seller: string;
}

/** The choice with the requests' fields for it; `period` is undefined while own dates lack one. */
export function useChosen() {
  const [params, setParams] = useSearchParams();
  const named = params.get('period') ?? '';
  const name: PeriodName = named in PERIODS ? (named as PeriodName) : 'week';
  const [from, to] = [params.get('from') ?? '', params.get('to') ?? ''];
  const period = useMemo(() => periodOf(name, from, to), [name, from, to]);
  const chosen: Chosen = {
    name,
    from,
    to,
    team: params.get('team') ?? '',
    seller: params.get('seller') ?? '',
  };
  const search = params.toString();
  return {
    chosen,
    period,
    search: search && `?${search}`,
    choose: (change: Partial<Chosen>) => {
      const { name: next, ...rest } = { ...chosen, ...change };
      const dates = next === 'own' ? {} : { from: '', to: '' };
      const words = Object.entries({ period: next, ...rest, ...dates });
      setParams(
        words.filter(([, value]) => value),
        { replace: true },
      );
    },
  };
}

function periodOf(name: PeriodName, from: string, to: string): HomePeriod | undefined {
  const period = create(HomePeriodSchema, { kind: PERIODS[name] });
  if (name !== 'own') return period;
  const [firstDay, lastDay] = [dayOf(from), dayOf(to)];
  return firstDay && lastDay && from <= to ? { ...period, firstDay, lastDay } : undefined;
}

/** Of what a date field gives: YYYY-MM-DD. */
function dayOf(text: string): CalendarDate | undefined {
  const [year, month, day] = text.split('-').map(Number);
  return year && month && day ? create(DateSchema, { year, month, day }) : undefined;
}

/** A calendar day for showing. */
export const dateOfDay = (day: CalendarDate | undefined): Date | undefined =>
  day && new Date(day.year, day.month - 1, day.day || 1);

/** The days of a span in the tenant's time zone, in which they are counted. */
export function useSpanText(span: HomeSpan | undefined): string {
  const { t } = useTranslation('home');
  const format = useFormat();
  if (!span?.startTime || !span.endTime) return '';
  // Its end is the first moment behind it.
  const last = new Date(timestampDate(span.endTime).getTime() - 1);
  return t('span', {
    from: format.dateIn(span.startTime, span.timeZone),
    to: format.dateIn(last, span.timeZone),
    zone: span.timeZone,
  });
}
