import { HoverCard, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ScoreBadge } from '@/components/ScoreBadge';
import { ScoreHistory } from '@/components/ScoreHistory';
import { Grade } from '@/gen/leadlight/scoring/v1/grade_pb';
import type { Record } from '@/gen/leadlight/scoring/v1/record_pb';
import { NotScoredReason } from '@/gen/leadlight/scoring/v1/score_pb';

/** The score; under the pointer or the keyboard's focus, how it came to be over the last 30 days. */
export function ScoreCell({ record }: { readonly record: Record }) {
  const { t } = useTranslation('leads');
  const [wasOpened, setWasOpened] = useState(false);
  const { ref, score } = record;
  if (!ref || !score?.model) {
    const why = score?.notScoredReason ?? NotScoredReason.UNSPECIFIED;
    return (
      <span title={t(`notScored.${NotScoredReason[why]}`)}>
        <ScoreBadge grade={Grade.UNSPECIFIED} />
      </span>
    );
  }
  return (
    <HoverCard width={340} shadow="md" openDelay={200} position="right" onOpen={() => setWasOpened(true)}>
      <HoverCard.Target>
        <UnstyledButton aria-label={t('overTime', { grade: Grade[score.grade], score: score.score })}>
          <ScoreBadge grade={score.grade} score={score.score} />
        </UnstyledButton>
      </HoverCard.Target>
      <HoverCard.Dropdown>{wasOpened && <ScoreHistory subject={ref} height={150} />}</HoverCard.Dropdown>
    </HoverCard>
  );
}
