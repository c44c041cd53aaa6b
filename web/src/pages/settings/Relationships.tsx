import { useMutation, useQuery } from '@connectrpc/connect-query';
import { NativeSelect, NumberInput, SimpleGrid, Switch, TagsInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { Loaded } from '@/components/States';
import { RelationshipService } from '@/gen/leadlight/relationship/v1/relationship_service_pb';
import type { RelationshipSettings } from '@/gen/leadlight/relationship/v1/settings_pb';
import { Form } from './Form';

const RHYTHMS = [1, 7, 14, 30, 90] as const;
const LONGEST_WAIT_HOURS = 720;
const NUMBERS = ['goodFrom', 'fairFrom', 'unansweredHours'] as const;
const SWITCHES = ['connectionsForManagersOnly', 'sensitiveTalkingPoints'] as const;
const MASK = [
  'own_domains',
  'expected_days',
  'good_from',
  'fair_from',
  'unanswered_hours',
  'connections_for_managers_only',
  'sensitive_talking_points',
];

/** Who our own people are, and what counts as a healthy relationship. */
export function Relationships() {
  const { t } = useTranslation('settings');
  const query = useQuery(RelationshipService.method.getRelationshipSettings, {});
  return (
    <Section title={t('relationship.title')}>
      <Loaded query={query}>{(settings) => <Fields stored={settings} />}</Loaded>
    </Section>
  );
}

function Fields({ stored }: { readonly stored: RelationshipSettings }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [settings, setSettings] = useState(stored);
  const update = useMutation(RelationshipService.method.updateRelationshipSettings, {
    onSuccess: () => void queries.invalidateQueries(),
  });
  return (
    <Form work={update} onSave={() => update.mutate({ settings, updateMask: { paths: MASK } })}>
      <TagsInput
        label={t('relationship.ownDomains')}
        description={t('relationship.ownDomainsHint')}
        value={settings.ownDomains}
        onChange={(ownDomains) => setSettings({ ...settings, ownDomains })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
        <NativeSelect
          label={t('relationship.expectedDays')}
          value={String(settings.expectedDays)}
          onChange={({ currentTarget }) =>
            setSettings({ ...settings, expectedDays: Number(currentTarget.value) })
          }
          data={RHYTHMS.map((days) => ({
            value: String(days),
            label: t('relationship.days', { count: days }),
          }))}
        />
        {NUMBERS.map((name) => (
          <NumberInput
            key={name}
            label={t(`relationship.${name}`)}
            value={settings[name]}
            onChange={(value) => setSettings({ ...settings, [name]: Number(value) })}
            min={1}
            max={name === 'unansweredHours' ? LONGEST_WAIT_HOURS : 100}
          />
        ))}
      </SimpleGrid>
      {SWITCHES.map((name) => (
        <Switch
          key={name}
          label={t(`relationship.${name}`)}
          checked={settings[name]}
          onChange={({ currentTarget }) => setSettings({ ...settings, [name]: currentTarget.checked })}
        />
      ))}
    </Form>
  );
}
