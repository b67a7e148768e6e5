"""`forbear keys`"""
