import { useMutation, useQuery } from '@connectrpc/connect-query';
import { Badge, Button, List, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { clientOf } from '@/api/transport';
import { EditDialogs, NewButton, RowActions, useEditing } from '@/components/Editing';
import { Page } from '@/components/Page';
import { PagedTable, useTokenPages, type Column } from '@/components/PagedTable';
import { kindName } from '@/components/records';
import { ErrorState, Loaded } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { RuleState, type Rule } from '@/gen/leadlight/dedupe/v1/rule_pb';
import { RuleService } from '@/gen/leadlight/dedupe/v1/rule_service_pb';
import { useConditionText } from './conditions';
import { Publishing } from './Publishing';
import { RuleForm } from './RuleForm';

const COLORS: Record<RuleState, string> = {
  [RuleState.UNSPECIFIED]: 'gray',
  [RuleState.DRAFT]: 'gray',
  [RuleState.PUBLISHING]: 'yellow',
  [RuleState.PUBLISHED]: 'green',
  [RuleState.UNPUBLISHED]: 'gray',
};
const isAtWork = ({ state }: Rule): boolean =>
  state === RuleState.PUBLISHING || state === RuleState.PUBLISHED;

/** What is looked at as a duplicate whatever its probability: the rules that ship, and the tenant's own. */
export default function DuplicateRulesPage() {
  const { t } = useTranslation('duplicateRules');
  const editing = useEditing<Rule>();
  const pages = useTokenPages('rules');
  const conditionText = useConditionText();
  const queries = useQueryClient();
  const query = useQuery(
    RuleService.method.listRules,
    { pageToken: pages.pageToken },
    { placeholderData: (previous) => previous },
  );
  const onSuccess = () => queries.invalidateQueries();
  const publish = useMutation(RuleService.method.publishRule, { onSuccess });
  const unpublish = useMutation(RuleService.method.unpublishRule, { onSuccess });
  const kindText = (kind: RecordKind) =>
    kind === RecordKind.UNSPECIFIED ? t('anyKind') : t(`shell:kind.${kindName(kind)}`);
  const columns: Column<Rule>[] = [
    { key: 'name', title: t('column.name'), cell: ({ displayName }) => <Text fw={500}>{displayName}</Text> },
    {
      key: 'conditions',
      title: t('column.conditions'),
      cell: ({ conditions }) => (
        <List size="sm">
          {conditions.map((condition, index) => (
            <List.Item key={index}>{conditionText(condition)}</List.Item>
          ))}
        </List>
      ),
    },
    {
      key: 'kinds',
      title: t('column.kinds'),
      wideOnly: true,
      cell: ({ baseKind, matchKind }) => `${kindText(baseKind)} → ${kindText(matchKind)}`,
    },
    {
      key: 'state',
      title: t('column.state'),
      cell: ({ state }) => (
        <Badge color={COLORS[state]} variant="light" c="light-dark(#343a40, #ced4da)">
          {t(`state.${RuleState[state]}`)}
        </Badge>
      ),
    },
    {
      key: 'actions',
      title: t('shell:table.actions'),
      align: 'right',
      cell: (rule) => {
        const isChangeable = !rule.builtIn && !isAtWork(rule);
        const [change, label] = isAtWork(rule)
          ? [unpublish, t('unpublish', { rule: rule.displayName })]
          : [publish, t('publish', { rule: rule.displayName })];
        return (
          <RowActions
            editing={editing}
            item={rule}
            changeLabel={isChangeable ? t('change', { rule: rule.displayName }) : undefined}
            deleteLabel={isChangeable ? t('delete', { rule: rule.displayName }) : undefined}
          >
            <Button
              size="compact-xs"
              variant="default"
              aria-label={label}
              loading={change.isPending && change.variables.name === rule.name}
              onClick={() => change.mutate({ name: rule.name })}
            >
              {t(isAtWork(rule) ? 'unpublishShort' : 'publishShort')}
            </Button>
          </RowActions>
        );
      },
    },
  ];
  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      aside={<NewButton editing={editing}>{t('new')}</NewButton>}
    >
      {[publish, unpublish].map(({ error }, index) => error && <ErrorState key={index} error={error} />)}
      {publish.data && <Publishing key={publish.data.name} name={publish.data.name} />}
      <Loaded query={query}>
        {({ rules, nextPageToken }) => (
          <PagedTable
            caption={t('title')}
            columns={columns}
            rows={rules}
            rowKey={({ name }) => name}
            pages={pages}
            nextPageToken={nextPageToken}
          />
        )}
      </Loaded>
      <EditDialogs
        editing={editing}
        size="lg"
        titleOf={(rule) => (rule ? t('change', { rule: rule.displayName }) : t('new'))}
        deleteTitleOf={({ displayName }) => t('delete', { rule: displayName })}
        deletion={t('deletion')}
        onDelete={({ name }) => clientOf(RuleService).deleteRule({ name, allowMissing: true })}
      >
        {(rule) => <RuleForm rule={rule} onDone={editing.close} />}
      </EditDialogs>
    </Page>
  );
}
