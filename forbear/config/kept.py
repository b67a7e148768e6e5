"""`forbear kept`"""
