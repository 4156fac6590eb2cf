{{/* A container that ships logs */}}
{{- define "common.shipper" -}}
- name: {{ .Release.Name }}-shipper
  image: {{ .Values.common.shipper.image }}
  volumeMounts:
    - name: logs
      mountPath: /logs
      readOnly: true
{{- end -}}
