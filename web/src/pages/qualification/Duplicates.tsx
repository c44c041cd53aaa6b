import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { recordPath, refText } from '@/components/records';
import type { DuplicateCandidate } from '@/gen/leadlight/qualification/v1/plan_pb';

interface Props {
  readonly candidates: readonly DuplicateCandidate[];
  /** Takes the record's id; without it there is nothing to choose. */
  readonly onUse?: (id: string) => void;
}

/** Records that may be the same, with what tells them apart and why. */
export function Duplicates({ candidates, onUse }: Props) {
  const { t } = useTranslation('qualification');
  const format = useFormat();
  return (
    <List listStyleType="none" spacing="xs">
      {candidates.flatMap(({ ref, probability, fields, tellingFields, reasons }) =>
        ref
          ? [
              <List.Item
                key={refText(ref)}
                styles={{ itemWrapper: { display: 'block' }, itemLabel: { width: '100%' } }}
              >
                <Group justify="space-between" align="flex-start" gap="sm">
                  <Stack gap={0}>
                    <Anchor component={Link} to={recordPath(ref)} size="sm">
                      {refText(ref)}
                    </Anchor>
                    <Text size="sm">
                      {tellingFields.map((name) => `${name}: ${fields[name] ?? '–'}`).join(' · ')}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {t('duplicate.why', { probability: format.percent(probability) })} {reasons.join(', ')}
                    </Text>
                  </Stack>
                  {onUse && (
                    <Button size="compact-sm" variant="default" onClick={() => onUse(ref.id)}>
                      {t('duplicate.use', { ref: refText(ref) })}
                    </Button>
                  )}
                </Group>
              </List.Item>,
            ]
          : [],
      )}
    </List>
  );
}
