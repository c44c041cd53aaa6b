import { create } from '@bufbuild/protobuf';
import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Button, Group, NumberInput, SimpleGrid, Stack, Switch, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Page, Section } from '@/components/Page';
import { ErrorState, Loaded } from '@/components/States';
import { TimeZoneInput } from '@/components/TimeZoneInput';
import { ConversationService } from '@/gen/leadlight/conversation/v1/conversation_service_pb';
import {
  ConversationSettingsSchema,
  type ConversationSettings,
} from '@/gen/leadlight/conversation/v1/settings_pb';

const MOST_DAYS = 3650;

/** How long calls are kept, what is done without consent, who sees what. */
export default function RetentionPage() {
  const { t } = useTranslation('retention');
  const query = useQuery(ConversationService.method.getConversationSettings, {});
  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Loaded query={query}>{(settings) => <Form key={keyOf(settings)} settings={settings} />}</Loaded>
    </Page>
  );
}

/** The form begins anew with settings that somebody changed. */
const keyOf = ({ updateTime }: ConversationSettings): string =>
  `${updateTime?.seconds ?? 0}.${updateTime?.nanos ?? 0}`;

function Form({ settings }: { readonly settings: ConversationSettings }) {
  const { t } = useTranslation('retention');
  const format = useFormat();
  const queries = useQueryClient();
  const [form, setForm] = useState({ ...settings, organisations: settings.organisations.join('\n') });
  const saving = useMutation(ConversationService.method.updateConversationSettings, {
    onSuccess: async () => {
      notifications.show({ message: t('saved'), color: 'green' });
      await queries.invalidateQueries();
    },
  });
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    const { transcriptDays, highlightDays, insightDays, analyzeWithoutConsent, sellersSeeOwn, timeZone } =
      form;
    saving.mutate({
      settings: create(ConversationSettingsSchema, {
        transcriptDays,
        highlightDays,
        insightDays,
        analyzeWithoutConsent,
        sellersSeeOwn,
        timeZone: timeZone.trim(),
        organisations: form.organisations.split('\n').flatMap((line) => line.trim() || []),
      }),
    });
  };
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        <Section title={t('retention.title')}>
          <Text size="sm" c="dimmed">
            {t('retention.how')}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            {(['transcriptDays', 'highlightDays', 'insightDays'] as const).map((key) => (
              <NumberInput
                key={key}
                label={t(`retention.${key}`)}
                value={form[key]}
                onChange={(days) => setForm({ ...form, [key]: Number(days) })}
                min={1}
                max={MOST_DAYS}
                allowDecimal={false}
                suffix={` ${t('retention.days')}`}
                hideControls
              />
            ))}
          </SimpleGrid>
        </Section>
        <Section title={t('rights.title')}>
          <Switch
            label={t('rights.analyzeWithoutConsent')}
            description={t('rights.analyzeWithoutConsentHint')}
            checked={form.analyzeWithoutConsent}
            onChange={({ currentTarget }) =>
              setForm({ ...form, analyzeWithoutConsent: currentTarget.checked })
            }
          />
          <Switch
            label={t('rights.sellersSeeOwn')}
            description={t('rights.sellersSeeOwnHint')}
            checked={form.sellersSeeOwn}
            onChange={({ currentTarget }) => setForm({ ...form, sellersSeeOwn: currentTarget.checked })}
          />
        </Section>
        <Section title={t('analysis.title')}>
          <TimeZoneInput
            label={t('analysis.timeZone')}
            description={t('analysis.timeZoneHint')}
            value={form.timeZone}
            onChange={(timeZone) => setForm({ ...form, timeZone })}
          />
          <Textarea
            label={t('analysis.organisations')}
            description={t('analysis.organisationsHint')}
            value={form.organisations}
            onChange={({ currentTarget }) => setForm({ ...form, organisations: currentTarget.value })}
            autosize
            minRows={3}
            maxRows={15}
          />
        </Section>
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
  );
}
