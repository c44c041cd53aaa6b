import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { Loaded } from '@/components/States';
import { DedupeService } from '@/gen/leadlight/dedupe/v1/dedupe_service_pb';
import type { DedupeSettings } from '@/gen/leadlight/dedupe/v1/settings_pb';
import { Form } from './Form';

/** Where telephone numbers without a country are from. */
export function Duplicates() {
  const { t } = useTranslation('settings');
  const query = useQuery(DedupeService.method.getDedupeSettings, {});
  return (
    <Section title={t('duplicates.title')}>
      <Loaded query={query}>{(settings) => <Fields stored={settings} />}</Loaded>
    </Section>
  );
}

function Fields({ stored }: { readonly stored: DedupeSettings }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [region, setRegion] = useState(stored.defaultRegion);
  const update = useMutation(DedupeService.method.updateDedupeSettings, {
    onSuccess: () => void queries.invalidateQueries(),
  });
  return (
    <Form
      work={update}
      onSave={() =>
        update.mutate({ settings: { defaultRegion: region }, updateMask: { paths: ['default_region'] } })
      }
    >
      <TextInput
        label={t('duplicates.region')}
        description={t('duplicates.regionHint')}
        value={region}
        onChange={({ currentTarget }) => setRegion(currentTarget.value.toUpperCase())}
        maxLength={2}
        maw={320}
      />
      {stored.reindexing && (
        <Text size="sm" role="status">
          {t('duplicates.reindexing')}
        </Text>
      )}
    </Form>
  );
}
