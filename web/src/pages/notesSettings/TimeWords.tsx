import { create } from '@bufbuild/protobuf';
import { useMutation } from '@connectrpc/connect-query';
import { Button, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { ErrorState } from '@/components/States';
import { TimeZoneInput } from '@/components/TimeZoneInput';
import { TimeOfDaySchema, type TimeOfDay } from '@/gen/google/type/timeofday_pb';
import { NotesService } from '@/gen/leadlight/notes/v1/notes_service_pb';
import { NotesSettingsSchema, type NotesSettings } from '@/gen/leadlight/notes/v1/settings_pb';
import { DateOrder } from '@/gen/leadlight/notes/v1/time_pb';

const PARTS = ['morning', 'afternoon', 'evening', 'night'] as const;
const MOMENTS = ['workdayStart', 'workdayEnd', 'endOfDay'] as const;
type Part = (typeof PARTS)[number];
type Moment = (typeof MOMENTS)[number];

/** The readings of open words, as a form. */
export function TimeWords({ settings }: { readonly settings: NotesSettings }) {
  const { t } = useTranslation('notesSettings');
  const format = useFormat();
  const queries = useQueryClient();
  const [form, setForm] = useState(() => formOf(settings));
  const saving = useMutation(NotesService.method.updateNotesSettings, {
    onSuccess: async () => {
      notifications.show({ message: t('saved'), color: 'green' });
      await queries.invalidateQueries();
    },
  });
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    saving.mutate({ settings: settingsOf(form) });
  };
  return (
    <Section title={t('time.title')}>
      <form onSubmit={save}>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t('time.how')}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <TimeZoneInput
              label={t('time.timeZone')}
              value={form.timeZone}
              onChange={(timeZone) => setForm({ ...form, timeZone })}
            />
            <NativeSelect
              label={t('time.dateOrder')}
              value={String(form.dateOrder)}
              onChange={({ currentTarget }) => setForm({ ...form, dateOrder: Number(currentTarget.value) })}
              data={[DateOrder.UNSPECIFIED, DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST].map((order) => ({
                value: String(order),
                label: t(`dateOrder.${DateOrder[order]}`),
              }))}
            />
            <TextInput
              label={t('time.country')}
              placeholder="DK"
              value={form.country}
              onChange={({ currentTarget }) =>
                setForm({ ...form, country: currentTarget.value.toUpperCase() })
              }
              pattern="[A-Z]{2}"
              maxLength={2}
            />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
            {PARTS.map((part) => (
              <Group key={part} gap="xs" wrap="nowrap" grow align="flex-end">
                {(['start', 'end'] as const).map((edge) => (
                  <TextInput
                    key={edge}
                    label={t(`time.${edge}`, { part: t(`part.${part}`) })}
                    value={form.parts[part][edge]}
                    onChange={({ currentTarget }) =>
                      setForm({
                        ...form,
                        parts: {
                          ...form.parts,
                          [part]: { ...form.parts[part], [edge]: currentTarget.value },
                        },
                      })
                    }
                    {...CLOCK}
                  />
                ))}
              </Group>
            ))}
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            {MOMENTS.map((moment) => (
              <TextInput
                key={moment}
                label={t(`time.${moment}`)}
                value={form.moments[moment]}
                onChange={({ currentTarget }) =>
                  setForm({ ...form, moments: { ...form.moments, [moment]: currentTarget.value } })
                }
                {...CLOCK}
              />
            ))}
          </SimpleGrid>
          {saving.error && <ErrorState error={saving.error} />}
          <Group>
            <Button type="submit" loading={saving.isPending}>
              {t('save')}
            </Button>
            <Text size="sm" c="dimmed">
              {settings.updateTime
                ? t('changed', { when: format.dateTime(settings.updateTime) })
                : t('defaults')}
            </Text>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

/** As text rather than type="time": the end of a day is 24:00. */
const CLOCK = { pattern: '([01]?[0-9]|2[0-4]):[0-5][0-9]', inputMode: 'numeric', required: true } as const;

interface Form {
  readonly timeZone: string;
  readonly dateOrder: DateOrder;
  readonly country: string;
  readonly parts: Record<Part, { readonly start: string; readonly end: string }>;
  readonly moments: Record<Moment, string>;
}

function formOf({ timeZone, conventions }: NotesSettings): Form {
  const partOf = (part: Part) => ({
    start: clockOf(conventions?.[part]?.start),
    end: clockOf(conventions?.[part]?.end),
  });
  return {
    timeZone,
    dateOrder: conventions?.dateOrder ?? DateOrder.UNSPECIFIED,
    country: conventions?.country ?? '',
    parts: {
      morning: partOf('morning'),
      afternoon: partOf('afternoon'),
      evening: partOf('evening'),
      night: partOf('night'),
    },
    moments: {
      workdayStart: clockOf(conventions?.workdayStart),
      workdayEnd: clockOf(conventions?.workdayEnd),
      endOfDay: clockOf(conventions?.endOfDay),
    },
  };
}

function settingsOf({ timeZone, dateOrder, country, parts, moments }: Form): NotesSettings {
  const partOf = (part: Part) => ({ start: timeOf(parts[part].start), end: timeOf(parts[part].end) });
  return create(NotesSettingsSchema, {
    timeZone: timeZone.trim(),
    conventions: {
      dateOrder,
      country,
      morning: partOf('morning'),
      afternoon: partOf('afternoon'),
      evening: partOf('evening'),
      night: partOf('night'),
      workdayStart: timeOf(moments.workdayStart),
      workdayEnd: timeOf(moments.workdayEnd),
      endOfDay: timeOf(moments.endOfDay),
    },
  });
}

const clockOf = (time: TimeOfDay | undefined): string =>
  time ? `${time.hours}:${String(time.minutes).padStart(2, '0')}` : '';

function timeOf(text: string): TimeOfDay {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return create(TimeOfDaySchema, { hours, minutes });
}
