import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Group, NumberInput, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import { kindName } from '@/components/records';
import { Loaded } from '@/components/States';
import type { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import type { GradeRanges } from '@/gen/leadlight/scoring/v1/grade_pb';
import { ScoringService } from '@/gen/leadlight/scoring/v1/scoring_service_pb';
import { Form } from './Form';

const LEAST = { aMinimum: 3, bMinimum: 2, cMinimum: 1 } as const;

/** From which score on a record has which grade. */
export function Grades({ kind }: { readonly kind: RecordKind }) {
  const { t } = useTranslation('settings');
  const query = useQuery(ScoringService.method.getGradeRanges, { kind });
  return (
    <Section title={t(`grades.${kindName(kind)}`)}>
      <Loaded query={query}>{(ranges) => <Ranges stored={ranges} />}</Loaded>
    </Section>
  );
}

function Ranges({ stored }: { readonly stored: GradeRanges }) {
  const { t } = useTranslation('settings');
  const queries = useQueryClient();
  const [ranges, setRanges] = useState(stored);
  const update = useMutation(ScoringService.method.updateGradeRanges, {
    onSuccess: () => void queries.invalidateQueries(),
  });
  return (
    <Form work={update} onSave={() => update.mutate({ gradeRanges: ranges })}>
      <Text size="sm" c="dimmed">
        {t('grades.how')}
      </Text>
      <Group>
        {(['aMinimum', 'bMinimum', 'cMinimum'] as const).map((name) => (
          <NumberInput
            key={name}
            label={t(`grades.${name}`)}
            value={ranges[name]}
            onChange={(value) => setRanges({ ...ranges, [name]: Number(value) })}
            min={LEAST[name]}
            max={100}
            w={140}
          />
        ))}
      </Group>
    </Form>
  );
}
