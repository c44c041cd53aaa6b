import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ModelState, PublishVerdict } from '@/gen/leadlight/scoring/v1/model_pb';

const STATES: Partial<Record<ModelState, string>> = {
  [ModelState.PUBLISHED]: 'green',
  [ModelState.READY]: 'blue',
};
const VERDICTS: Partial<Record<PublishVerdict, string>> = {
  [PublishVerdict.READY]: 'green',
  [PublishVerdict.OK]: 'blue',
  [PublishVerdict.NOT_READY]: 'red',
};

/** Where a model stands. */
export function StateBadge({ state }: { readonly state: ModelState }) {
  const { t } = useTranslation('models');
  return (
    <Badge
      variant="default"
      styles={{ root: { borderColor: `var(--mantine-color-${STATES[state] ?? 'gray'}-6)` } }}
    >
      {t(`state.${ModelState[state]}`)}
    </Badge>
  );
}

/** What the area under the curve says about use. */
export function VerdictBadge({ verdict }: { readonly verdict: PublishVerdict }) {
  const { t } = useTranslation('models');
  return (
    <Badge
      variant="default"
      styles={{ root: { borderColor: `var(--mantine-color-${VERDICTS[verdict] ?? 'gray'}-6)` } }}
    >
      {t(`verdict.${PublishVerdict[verdict]}`)}
    </Badge>
  );
}
