import { Alert, Stack, Text } from '@mantine/core';
import { IconPlugOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { MissingPart } from '@/gen/leadlight/conversation/v1/home_pb';

/** Parts that another service did not give, each named with its reason. */
export function MissingParts({ missing }: { readonly missing: readonly MissingPart[] }) {
  const { t } = useTranslation('home');
  return (
    <Stack gap="xs">
      {missing.map(({ part, service, reason }) => (
        <Alert
          key={part}
          color="yellow"
          variant="light"
          icon={<IconPlugOff aria-hidden />}
          title={t('shell:state.partMissing', { service })}
          role="status"
        >
          <Text size="sm">{t(`missing.${part}`, { defaultValue: part })}</Text>
          <Text size="xs" ff="monospace">
            {reason}
          </Text>
        </Alert>
      ))}
    </Stack>
  );
}
