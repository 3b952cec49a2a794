"""The intermediary server (中間サーバー) and its connector (中間サーバーコネクタ)."""
