"""The page's templates, style sheet and scripts; shipped as `tbreport.templates`."""
