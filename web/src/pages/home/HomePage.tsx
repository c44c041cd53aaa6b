import { useQuery } from '@connectrpc/connect-query';
import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Page } from '@/components/Page';
import { EmptyState, Loaded } from '@/components/States';
import { HomeService } from '@/gen/leadlight/conversation/v1/home_service_pb';
import { BestSellers } from './BestSellers';
import { Kpis } from './Kpis';
import { MissingParts } from './MissingParts';
import { useChosen, useSpanText } from './period';
import { PeriodFilter } from './PeriodFilter';
import { Recordings } from './Recordings';
import { Team } from './Team';
import { Topics } from './Topics';

/** The manager's home page: what customers talk about, what the best sellers do, how the team does. */
export default function HomePage() {
  const { t } = useTranslation('home');
  const choice = useChosen();
  const { chosen, period, search } = choice;
  const query = useQuery(
    HomeService.method.getHome,
    { period, team: chosen.team, seller: chosen.seller },
    { enabled: period !== undefined, placeholderData: (previous) => previous },
  );
  const span = useSpanText(query.data?.span);
  return (
    <Page title={t('title')} subtitle={span}>
      <PeriodFilter choice={choice} />
      {period === undefined ? (
        <EmptyState title={t('filter.needsDates')} />
      ) : (
        <Loaded query={query}>
          {({ missing, basic, topics, bestSellers, months, sellers }) => (
            <Stack gap="md" aria-busy={query.isPlaceholderData}>
              <MissingParts missing={missing} />
              {basic && <Kpis basic={basic} />}
              {topics && <Topics topics={topics} search={search} />}
              {bestSellers && <BestSellers best={bestSellers} search={search} />}
              <Recordings months={months} />
              <Team sellers={sellers} search={search} />
            </Stack>
          )}
        </Loaded>
      )}
    </Page>
  );
}
