import { Badge, Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  FieldOrigin,
  RecordAction,
  type FieldValue,
  type PlannedRecord,
} from '@/gen/leadlight/qualification/v1/plan_pb';
import type { Chosen } from './choices';
import { Duplicates } from './Duplicates';

interface Props {
  readonly kind: 'account' | 'contact' | 'opportunity';
  /** Undefined where nothing is made of it. */
  readonly planned: PlannedRecord | undefined;
  readonly chosen: Chosen;
  readonly onChoose: (chosen: Chosen) => void;
}

/** One record of the plan: created, used or left out, and the choice between these. */
export function Planned({ kind, planned, chosen, onChoose }: Props) {
  const { t } = useTranslation('qualification');
  const action = planned?.action ?? RecordAction.SKIP;
  return (
    <Card withBorder padding="sm">
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Title order={3} size="h5">
              {t(`shell:kind.${kind}`)}
            </Title>
            <Badge variant="default">{t(`action.${RecordAction[action]}`)}</Badge>
            {chosen.existing !== undefined && <Text size="sm">{chosen.existing}</Text>}
          </Group>
          <Group gap="xs">
            {(chosen.skip === true || chosen.existing !== undefined) && (
              <Button size="compact-sm" variant="default" onClick={() => onChoose({})}>
                {t('choose.undo', { kind: t(`shell:kind.${kind}`) })}
              </Button>
            )}
            {action !== RecordAction.SKIP && (
              <Button size="compact-sm" variant="default" onClick={() => onChoose({ skip: true })}>
                {t('choose.skip', { kind: t(`shell:kind.${kind}`) })}
              </Button>
            )}
          </Group>
        </Group>
        {planned && planned.fields.length > 0 && (
          <Fields caption={t(`shell:kind.${kind}`)} fields={planned.fields} />
        )}
        {planned && planned.duplicates.length > 0 && (
          <>
            <Text size="sm" fw={600}>
              {t('plan.duplicates')}
            </Text>
            <Duplicates candidates={planned.duplicates} onUse={(existing) => onChoose({ existing })} />
          </>
        )}
      </Stack>
    </Card>
  );
}

/** Values with where each comes from. */
function Fields({ caption, fields }: { readonly caption: string; readonly fields: readonly FieldValue[] }) {
  const { t } = useTranslation('qualification');
  return (
    <Table aria-label={caption} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('field.name')}</Table.Th>
          <Table.Th scope="col">{t('field.value')}</Table.Th>
          <Table.Th scope="col" visibleFrom="sm">
            {t('field.origin')}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {fields.map(({ field, value, origin, sourceField }) => (
          <Table.Tr key={field}>
            <Table.Th scope="row" fw={400}>
              {field}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            <Table.Td visibleFrom="sm">
              {t(`origin.${FieldOrigin[origin]}`, { source: sourceField })}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
