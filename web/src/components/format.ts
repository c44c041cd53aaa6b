import { timestampDate, type Duration, type Timestamp } from '@bufbuild/protobuf/wkt';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Money } from '@/gen/google/type/money_pb';

const NANOS = 1e9;
const DAY_S = 86_400;
const DASH = '–';

/** Numbers, money and times as the chosen language writes them; a dash for what is absent. */
export interface Format {
  number(value: number | undefined, decimals?: number): string;
  /** With its sign. */
  points(value: number): string;
  /** Of a share between 0 and 1. */
  percent(value: number | undefined, decimals?: number): string;
  money(value: Money | undefined): string;
  date(value: Timestamp | Date | undefined): string;
  /** The day that a moment belongs to in a time zone: of what names a day, not a moment. */
  dateIn(value: Timestamp | Date, timeZone: string): string;
  dateTime(value: Timestamp | Date | undefined): string;
  /** In the largest fitting unit: "3 days", "2 hours". */
  duration(value: Duration | number | undefined): string;
  /** "3 days ago", "in 2 hours". */
  fromNow(value: Timestamp | Date | undefined): string;
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => formatOf(i18n.language), [i18n.language]);
}

export const moneyAmount = (value: Money): number => Number(value.units) + value.nanos / NANOS;
export const durationSeconds = (value: Duration): number => Number(value.seconds) + value.nanos / NANOS;
const dateOf = (value: Timestamp | Date): Date => (value instanceof Date ? value : timestampDate(value));

function formatOf(language: string): Format {
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const signed = new Intl.NumberFormat(language, { signDisplay: 'exceptZero', maximumFractionDigits: 1 });
  return {
    number: (value, decimals = 0) =>
      value === undefined
        ? DASH
        : new Intl.NumberFormat(language, { maximumFractionDigits: decimals }).format(value),
    points: (value) => signed.format(value),
    percent: (value, decimals = 0) =>
      value === undefined
        ? DASH
        : new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: decimals }).format(
            value,
          ),
    money: (value) =>
      value === undefined
        ? DASH
        : new Intl.NumberFormat(language, {
            style: 'currency',
            currency: value.currencyCode || 'XXX',
            maximumFractionDigits: 0,
          }).format(moneyAmount(value)),
    date: (value) => (value === undefined ? DASH : day.format(dateOf(value))),
    dateIn: (value, timeZone) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: timeZone || 'UTC' }).format(
        dateOf(value),
      ),
    dateTime: (value) => (value === undefined ? DASH : moment.format(dateOf(value))),
    duration: (value) => {
      if (value === undefined) return DASH;
      const [count, unit] = inLargestUnit(typeof value === 'number' ? value : durationSeconds(value));
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit,
        unitDisplay: 'long',
        maximumFractionDigits: 0,
      }).format(count);
    },
    fromNow: (value) => {
      if (value === undefined) return DASH;
      const [count, unit] = inLargestUnit((dateOf(value).getTime() - Date.now()) / 1000);
      return relative.format(Math.round(count), unit);
    },
  };
}

function inLargestUnit(seconds: number): [number, 'day' | 'hour' | 'minute' | 'second'] {
  const size = Math.abs(seconds);
  if (size >= DAY_S) return [seconds / DAY_S, 'day'];
  if (size >= 3600) return [seconds / 3600, 'hour'];
  if (size >= 60) return [seconds / 60, 'minute'];
  return [seconds, 'second'];
}
