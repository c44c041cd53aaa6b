import { useMutation, useQuery } from '@connectrpc/connect-query';
import { NativeSelect, SimpleGrid, Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { Loaded } from '@/components/States';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';
import { RecordMode, type QualificationSettings } from '@/gen/leadlight/qualification/v1/settings_pb';
import { Form } from './Form';

const MODES = ['accountMode', 'contactMode', 'opportunityMode'] as const;
const SWITCHES = ['severalOpportunities', 'sellersSeeOwnOnly', 'excludeInactiveDuplicates'] as const;
const MASK = [
  'account_mode',
  'contact_mode',
  'opportunity_mode',
  'several_opportunities',
  'sellers_see_own_only',
  'exclude_inactive_duplicates',
];

/** Who decides what a qualified lead becomes. */
export function Qualification() {
  const { t } = useTranslation('settings');
  const query = useQuery(QualificationService.method.getQualificationSettings, {});
  return (
    <Section title={t('qualification.title')}>
      <Loaded query={query}>{(settings) => <Fields stored={settings} />}</Loaded>
    </Section>
  );
}

function Fields({ stored }: { readonly stored: QualificationSettings }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [settings, setSettings] = useState(stored);
  const update = useMutation(QualificationService.method.updateQualificationSettings, {
    onSuccess: () => void queries.invalidateQueries(),
  });
  return (
    <Form work={update} onSave={() => update.mutate({ settings, updateMask: { paths: MASK } })}>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {MODES.map((name) => (
          <NativeSelect
            key={name}
            label={t(`qualification.${name}`)}
            value={String(settings[name])}
            onChange={({ currentTarget }) =>
              setSettings({ ...settings, [name]: Number(currentTarget.value) })
            }
            data={[
              { value: String(RecordMode.SELLER), label: t('qualification.seller') },
              { value: String(RecordMode.AUTOMATIC), label: t('qualification.automatic') },
            ]}
          />
        ))}
      </SimpleGrid>
      {SWITCHES.map((name) => (
        <Switch
          key={name}
          label={t(`qualification.${name}`)}
          checked={settings[name]}
          onChange={({ currentTarget }) => setSettings({ ...settings, [name]: currentTarget.checked })}
        />
      ))}
    </Form>
  );
}
