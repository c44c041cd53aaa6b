import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/components/States';

interface Props {
  /** What stores it: a mutation. */
  readonly work: { readonly isPending: boolean; readonly isSuccess: boolean; readonly error: Error | null };
  readonly onSave: () => void;
  readonly children: ReactNode;
}

/** Fields with a button that stores them, and what came of it. */
export function Form({ work, onSave, children }: Props) {
  const { t } = useTranslation('settings');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <Stack gap="sm">
        {children}
        <Group>
          <Button type="submit" variant="default" loading={work.isPending}>
            {t('save')}
          </Button>
          {work.isSuccess && (
            <Text size="sm" role="status">
              {t('saved')}
            </Text>
          )}
        </Group>
        {work.error && <ErrorState error={work.error} />}
      </Stack>
    </form>
  );
}
