import { Anchor, Button, Group, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Section } from '@/components/Page';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { KindSelect } from './KindSelect';
import { Result } from './Result';
import { storeScored } from './store';
import type { Work } from './work';

const CURRENCY = /^[A-Z]{3}$/;

/** Stores open records, each scored as it is stored. */
export function ForScoring({ sheet, mapping, disabled }: Work) {
  const { t } = useTranslation('import');
  const queries = useQueryClient();
  const [kind, setKind] = useState(RecordKind.LEAD);
  const [currency, setCurrency] = useState('EUR');
  const [share, setShare] = useState(0);
  const store = useMutation({
    mutationFn: () => storeScored(sheet, mapping, kind, currency, setShare),
    onSettled: () => void queries.invalidateQueries(),
  });
  const isCurrencyWrong = Boolean(mapping.amount) && !CURRENCY.test(currency);
  return (
    <Section title={t('store.scored')}>
      <Group align="flex-end">
        <KindSelect value={kind} onChange={setKind} />
        {mapping.amount && (
          <TextInput
            label={t('store.currency')}
            value={currency}
            onChange={({ currentTarget }) => setCurrency(currentTarget.value.toUpperCase())}
            maxLength={3}
            w={120}
          />
        )}
        <Button
          disabled={disabled || isCurrencyWrong}
          loading={store.isPending}
          onClick={() => store.mutate()}
        >
          {t('store.do')}
        </Button>
      </Group>
      <Result work={store} share={share}>
        <Anchor component={Link} to={kind === RecordKind.LEAD ? '/leads' : '/opportunities'}>
          {t('store.see')}
        </Anchor>
      </Result>
    </Section>
  );
}
