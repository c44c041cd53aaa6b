import { Alert, Progress, Stack, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useOperation } from '@/api/operations';
import { useFormat } from '@/components/format';
import { ErrorState } from '@/components/States';
import { PublishRuleResponseSchema } from '@/gen/leadlight/dedupe/v1/rule_pb';
import { ScanDuplicatesMetadataSchema } from '@/gen/leadlight/dedupe/v1/scan_pb';

/** A rule on its way to work: match codes of all stored records are made. */
export function Publishing({ name }: { readonly name: string }) {
  const { t } = useTranslation('duplicateRules');
  const format = useFormat();
  const queries = useQueryClient();
  const { metadata, response, isDone, error } = useOperation(
    name,
    ScanDuplicatesMetadataSchema,
    PublishRuleResponseSchema,
  );
  useEffect(() => {
    if (isDone) void queries.invalidateQueries();
  }, [isDone, queries]);
  if (error) return <ErrorState error={error} />;
  if (response)
    return (
      <Alert color="green" variant="light" icon={<IconCheck aria-hidden />} role="status">
        {t('publishing.done', {
          rule: response.rule?.displayName ?? '',
          records: format.number(Number(response.recordCount)),
        })}
      </Alert>
    );
  const share = metadata?.progress ?? 0;
  return (
    <Stack gap={4} role="status">
      <Text size="sm">{t('publishing.running', { share: format.percent(share) })}</Text>
      <Progress value={share * 100} aria-label={t('publishing.progress')} striped animated />
    </Stack>
  );
}
