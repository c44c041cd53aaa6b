{{- define "leadlight.labels" -}}
app.kubernetes.io/name: leadlight
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "leadlight.metadata" -}}
{{ include "leadlight.labels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "leadlight.host" -}}
{{ .root.Release.Name }}-{{ .name }}
{{- end }}

{{- define "leadlight.image" -}}
{{- $image := .root.Values.image -}}
{{ with $image.registry }}{{ . }}/{{ end }}leadlight-{{ .name }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "leadlight.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "leadlight.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "leadlight.databaseEnv" -}}
- name: LEADLIGHT_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ .root.Values.database.secret }}, key: url}}
{{- end }}

{{- /* Most pods there can be of a service. */ -}}
{{- define "leadlight.most" -}}
{{- if .service.autoscaling.enabled }}{{ .service.autoscaling.maxReplicas }}{{ else }}{{ .service.replicas }}{{ end }}
{{- end }}
