{{- define "leadlight.claim" -}}
accessModes: [{{ .accessMode }}]
{{- with .className }}
storageClassName: {{ . }}
{{- end }}
resources: {requests: {storage: {{ .size }}}}
{{- end }}

{{- define "leadlight.env" -}}
{{- $values := .root.Values -}}
{{- $upper := upper .name -}}
- {name: LEADLIGHT_{{ $upper }}_LISTEN, value: "0.0.0.0:{{ .service.port }}"}
{{- if eq .name "gateway" }}
- {name: LEADLIGHT_GATEWAY_HTTP, value: "0.0.0.0:8080"}
{{- else }}
- {name: LEADLIGHT_TLS_CLIENT_CA, value: /certificates/ca.crt}
{{- end }}
- {name: LEADLIGHT_WORKERS, value: "1"}
- {name: LEADLIGHT_METRICS, value: "0.0.0.0:9464"}
- {name: LEADLIGHT_TLS_CERT, value: /certificates/tls.crt}
- {name: LEADLIGHT_TLS_KEY, value: /certificates/tls.key}
- {name: LEADLIGHT_PEER_TLS, value: "true"}
- {name: LEADLIGHT_PEER_TLS_CA, value: /certificates/ca.crt}
- {name: LEADLIGHT_PEER_TLS_CERT, value: /certificates/tls.crt}
- {name: LEADLIGHT_PEER_TLS_KEY, value: /certificates/tls.key}
- {name: LEADLIGHT_AUTH, value: jwt}
{{- if $values.auth.jwks }}
- {name: LEADLIGHT_JWT_JWKS, value: {{ $values.auth.jwks | quote }}}
{{- if $values.auth.peerSigningKeySecret }}
- {name: LEADLIGHT_PEER_SIGNING_KEY, value: /peer/key.pem}
- {name: LEADLIGHT_PEER_SIGNING_KEY_ID, value: {{ $values.auth.peerSigningKeyId | quote }}}
{{- end }}
{{- else }}
- name: LEADLIGHT_JWT_SECRET
  valueFrom: {secretKeyRef: {name: {{ $values.auth.secret }}, key: jwt-secret}}
{{- end }}
{{- with $values.auth.issuer }}
- {name: LEADLIGHT_JWT_ISSUER, value: {{ . | quote }}}
{{- end }}
{{- with $values.auth.audience }}
- {name: LEADLIGHT_JWT_AUDIENCE, value: {{ . | quote }}}
{{- end }}
{{- $root := .root }}
{{- range $other, $service := $values.services }}
{{- if ne $other "gateway" }}
- {name: LEADLIGHT_{{ upper $other }}_ADDRESS, value: "{{ include "leadlight.host" (dict "root" $root "name" $other) }}:{{ $service.port }}"}
{{- end }}
{{- end }}
{{- with $values.traces.endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
- {name: OTEL_TRACES_SAMPLER, value: parentbased_traceidratio}
- {name: OTEL_TRACES_SAMPLER_ARG, value: {{ $values.traces.share | quote }}}
{{- end }}
{{- range $key, $value := .service.env }}
- {name: {{ $key }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
