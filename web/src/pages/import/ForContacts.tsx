import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { Result } from './Result';
import { storeContacts } from './store';
import type { Work } from './work';

/** Stores contacts and says which of them seem to be there already. */
export function ForContacts({ sheet, mapping, disabled }: Work) {
  const { t } = useTranslation('import');
  const queries = useQueryClient();
  const [share, setShare] = useState(0);
  const store = useMutation({
    mutationFn: () => storeContacts(sheet, mapping, setShare),
    onSettled: () => void queries.invalidateQueries(),
  });
  return (
    <Section title={t('store.contacts')}>
      <Group>
        <Button disabled={disabled} loading={store.isPending} onClick={() => store.mutate()}>
          {t('store.do')}
        </Button>
      </Group>
      <Result work={store} share={share} />
    </Section>
  );
}
