import { createConnectQueryKey } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';

/** To be called when a lead has moved: the lead is read anew first, since what hangs on its state asks for other things then. */
export function useLeadChanged(): () => void {
  const queries = useQueryClient();
  return useCallback(() => {
    const lead = createConnectQueryKey({
      schema: QualificationService.method.getLead,
      cardinality: undefined,
    });
    void queries.invalidateQueries({ queryKey: lead }).then(() => queries.invalidateQueries());
  }, [queries]);
}
