{{- define "seawall.name" -}}
{{- printf "%s" .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "seawall.selector" -}}
app.kubernetes.io/name: seawall
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: admission
{{- end -}}

{{- define "seawall.labels" -}}
{{ include "seawall.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* The configuration of the server: the values', and the namespace that it runs in. */}}
{{- define "seawall.config" -}}
{{- $own := dict "admission" (dict "exempt" (dict "ownNamespace" .Release.Namespace)) -}}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) -}}
{{- end -}}

{{/* The namespaces that the API server does not even ask about: the same that the server exempts. */}}
{{- define "seawall.exempt" -}}
{{- $exempt := dig "admission" "exempt" dict .Values.config -}}
{{- $builtIn := include "seawall.builtInNamespaces" . | fromYaml -}}
{{- $names := list .Release.Namespace -}}
{{- range $id, $name := $builtIn -}}
{{- if not (has $id (get $exempt "lift" | default list)) -}}
{{- $names = append $names $name -}}
{{- end -}}
{{- end -}}
{{- toYaml (uniq (concat $names (get $exempt "namespaces" | default list)) | sortAlpha) -}}
{{- end -}}

{{/* One webhook: what a hook is called and where it is, and whether it is for namespaces that enforce. */}}
{{- define "seawall.webhook" -}}
- name: {{ if .enforced }}enforce.{{ end }}admission.seawall.dev
  admissionReviewVersions: [v1]
  sideEffects: None
  matchPolicy: Equivalent
  failurePolicy: {{ ternary "Fail" "Ignore" .enforced }}
  timeoutSeconds: {{ .root.Values.timeoutSeconds }}
  {{- if eq .hook "mutate" }}
  reinvocationPolicy: IfNeeded
  {{- end }}
  clientConfig:
    service:
      namespace: {{ .root.Release.Namespace }}
      name: {{ include "seawall.name" .root }}
      path: /{{ .hook }}
      port: 443
  namespaceSelector:
    matchExpressions:
      - key: kubernetes.io/metadata.name
        operator: NotIn
        values:
          {{- include "seawall.exempt" .root | nindent 10 }}
      - key: admission.seawall.dev/enforce
        operator: {{ ternary "In" "NotIn" .enforced }}
        values: ["true"]
  matchConditions:
    # What keeps a cluster alive is not even asked about.
    - name: not-exempt
      expression: {{ include "seawall.notExempt" .root | quote }}
  rules:
    {{- if eq .hook "mutate" }}
    {{- toYaml .root.Values.mutate.rules | nindent 4 }}
    {{- else }}
    - apiGroups: ["*"]
      apiVersions: ["*"]
      resources: ["*/*"]
      operations: [CREATE, UPDATE]
      scope: {{ ternary "Namespaced" "*" .enforced | quote }}
    {{- if .enforced }}
    # A Namespace has itself for its namespace: whoever labels it has it judged all the same.
    - apiGroups: [""]
      apiVersions: ["*"]
      resources: [namespaces, namespaces/*]
      operations: [CREATE, UPDATE]
      scope: Cluster
    {{- end }}
    {{- end }}
{{- end -}}
