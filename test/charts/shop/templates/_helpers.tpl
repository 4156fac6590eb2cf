{{- define "shop.name" -}}
{{ .Chart.Name }}
{{- end -}}

{{- define "shop.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "shop.proxy" -}}
{{- if .Values.proxy.enabled }}
- name: proxy
  image: {{ .Values.proxy.image }}:{{ .Values.proxy.tag }}
  ports:
    - containerPort: 5432
{{- end }}
{{- end -}}
